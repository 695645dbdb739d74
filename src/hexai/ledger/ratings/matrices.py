"""The little linear algebra that ratings need; pure, for some twenty unknowns.

A dependency on a numerical library would cost more at every start than all of this
does at the end of a ranking.
"""

from collections.abc import Sequence
from math import log, sqrt

Vector = list[float]
Matrix = list[list[float]]


def zeros(size: int) -> Matrix:
    """Make a square matrix of zeros."""
    return [[0.0] * size for _ in range(size)]


def cholesky(matrix: Matrix) -> Matrix:
    """Give the lower triangle whose product with its transpose is the matrix.

    Raises `ValueError` where the matrix is not positive definite.
    """
    size = len(matrix)
    lower = zeros(size)
    for row in range(size):
        for column in range(row + 1):
            done = lower[row][:column]
            rest = matrix[row][column] - dot(done, lower[column][:column])
            if row != column:
                lower[row][column] = rest / lower[column][column]
            elif rest > 0:
                lower[row][row] = sqrt(rest)
            else:
                raise ValueError("the matrix is not positive definite")
    return lower


def inverse(matrix: Matrix) -> Matrix:
    """Invert a symmetric positive definite matrix; raises as `cholesky`."""
    lower, size = cholesky(matrix), len(matrix)
    units = ([float(i == j) for j in range(size)] for i in range(size))
    return [_solve(lower, unit) for unit in units]


def log_determinant(matrix: Matrix) -> float:
    """Give the logarithm of a determinant; raises as `cholesky`."""
    return 2 * sum(log(row[i]) for i, row in enumerate(cholesky(matrix)))


def product(one: Matrix, other: Matrix) -> Matrix:
    """Multiply two matrices."""
    columns = list(zip(*other, strict=True))
    return [[dot(row, column) for column in columns] for row in one]


def apply(matrix: Matrix, vector: Sequence[float]) -> Vector:
    """Multiply a matrix with a vector."""
    return [dot(row, vector) for row in matrix]


def dot(one: Sequence[float], other: Sequence[float]) -> float:
    """Sum the products of two vectors' elements."""
    return sum(a * b for a, b in zip(one, other, strict=True))


def _solve(lower: Matrix, right: Vector) -> Vector:
    size, solved = len(lower), list(right)
    for row in range(size):
        done = dot(lower[row][:row], solved[:row])
        solved[row] = (solved[row] - done) / lower[row][row]
    for row in reversed(range(size)):
        done = sum(lower[k][row] * solved[k] for k in range(row + 1, size))
        solved[row] = (solved[row] - done) / lower[row][row]
    return solved
