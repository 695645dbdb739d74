package shapes

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// ErrEmpty says that there is nothing to measure.
var ErrEmpty = errors.New("no shapes")

// Shape is anything with an area.
type Shape interface {
	Area() float64
	Name() string
}

type Circle struct {
	Radius float64 `json:"radius"`
}

func (c Circle) Area() float64 {
	return math.Pi * c.Radius * c.Radius
}

func (c Circle) Name() string { return "circle" }

type Box struct {
	Width, Height float64
	tags          map[string][]int
}

func (b *Box) Area() float64 {
	if b == nil {
		return 0
	}
	return b.Width * b.Height
}

func (b *Box) Name() string {
	switch {
	case b.Width == b.Height:
		return "square"
	case b.Width > 2*b.Height, b.Height > 2*b.Width:
		return "plank"
	default:
		return "box"
	}
}

// Largest gives the shape with the largest area.
func Largest(shapes []Shape) (Shape, error) {
	if len(shapes) == 0 {
		return nil, ErrEmpty
	}
	best := shapes[0]
	for _, shape := range shapes[1:] {
		if shape.Area() > best.Area() {
			best = shape
		}
	}
	return best, nil
}

func Describe(shapes []Shape, indent int) string {
	var out strings.Builder
	counts := map[string]int{}
	for index, shape := range shapes {
		counts[shape.Name()]++
		fmt.Fprintf(&out, "%s%d: %-8s %.2f\n",
			strings.Repeat(" ", indent),
			index,
			shape.Name(),
			shape.Area(),
		)
	}
	each := func(name string, count int) {
		if count > 1 {
			fmt.Fprintln(&out, name, "(", count, ")")
		}
	}
	for name, count := range counts {
		each(name, count)
	}
	query := `
SELECT name
  FROM shapes
 WHERE area > 0
`
	return out.String() + query
}
