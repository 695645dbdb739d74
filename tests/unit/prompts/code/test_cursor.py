"""What is known of the code around a cursor, in every language that has a grammar."""

import pytest

from hexai.prompts.code.constructs import Context, Function
from hexai.prompts.code.cursor import read, warm
from hexai.prompts.code.languages import LANGUAGES, Language, language_of
from hexai.prompts.code.tree import TreeSyntax
from hexai.text.lines import Lines, Position, Span
from tests.support.marked import read_at

PARSED = tuple(each for each in LANGUAGES if each.grammar is not None)

PYTHON = "@cached\nasync def load(a: int,\n    b=2) -> int:\n    return |1\n"
GO = (
    "package m\n\nfunc (s *Store[K]) Get(k K) (v int, err error) {\n"
    "\treturn s.m[|k]\n}\n"
)
RUST = (
    "impl<T> Pool<T> {\n    pub fn take(&mut self, n: usize) -> T {\n"
    "        |\n    }\n}\n"
)
JAVA = "class Box {\n  public <T> void put(T item) throws E {\n    |\n  }\n}\n"


@pytest.mark.parametrize(
    ("language", "code", "owner", "name", "header"),
    [
        ("python", PYTHON, "", "load", "async def load(a: int, b=2) -> int:"),
        (
            "python",
            "class A:\n    def m(self):\n        x = 1\n        |",
            "A",
            "m",
            "def m(self):",
        ),
        (
            "go",
            GO,
            "Store",
            "Get",
            "func (s *Store[K]) Get(k K) (v int, err error)",
        ),
        ("go", "package m\nfunc F(x int) {\n\tfmt.Pri|\n}\n", "", "F", "func F(x int)"),
        ("rust", RUST, "Pool", "take", "pub fn take(&mut self, n: usize) -> T"),
        (
            "javascript",
            "export const add = async (a, b) => {\n  |\n}\n",
            "",
            "add",
            "export const add = async (a, b) =>",
        ),
        (
            "javascriptreact",
            "function App() {\n  return <p>{x|}</p>\n}\n",
            "",
            "App",
            "function App()",
        ),
        (
            "typescript",
            "class A {\n  private run = (n: number): void => {\n    |\n  }\n}\n",
            "A",
            "run",
            "private run = (n: number): void =>",
        ),
        (
            "typescriptreact",
            "function App(p: Props) {\n  return <p>{x|}</p>\n}\n",
            "",
            "App",
            "function App(p: Props)",
        ),
        ("java", JAVA, "Box", "put", "public <T> void put(T item) throws E"),
        (
            "c",
            "static int *find(int key)\n{\n    return |0;\n}\n",
            "",
            "find",
            "static int *find(int key)",
        ),
        (
            "cpp",
            "int Box::size(int a) const {\n  |\n}\n",
            "Box",
            "size",
            "int Box::size(int a) const",
        ),
        (
            "csharp",
            "class A {\n  public int Add(int a, int b) => a + |b;\n}\n",
            "A",
            "Add",
            "public int Add(int a, int b)",
        ),
        (
            "ruby",
            "class A\n  def run(a, b = 1)\n    |\n  end\nend\n",
            "A",
            "run",
            "def run(a, b = 1)",
        ),
        (
            "php",
            "<?php\nclass A {\n  public function run($p) {\n    |\n  }\n}\n",
            "A",
            "run",
            "public function run($p)",
        ),
        ("shellscript", "build() {\n  make |all\n}\n", "", "build", "build()"),
        (
            "lua",
            "function Stack:push(item)\n  |\nend\n",
            "Stack",
            "push",
            "function Stack:push(item)",
        ),
    ],
)
def test_the_enclosing_function_is_known(
    language: str, code: str, owner: str, name: str, header: str
) -> None:
    """Its name, what it belongs to, and all up to its body on one line."""
    syntax, position = read_at(language, code)

    function = syntax.functions_at(position)[0]

    assert isinstance(syntax, TreeSyntax)
    assert (function.owner, function.name, function.header) == (owner, name, header)


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "def f(a, |):\n    pass\n"),
        ("python", "def f(\n    a: int,\n    |\n):\n    pass\n"),
        ("python", "def f(a,|\n"),
        ("go", "package m\nfunc (s *T) Get(|k int) {}\n"),
        ("go", "package m\nfunc (s |*T) Get(k int) {}\n"),
        ("go", "package m\nfunc (s *T) Get(k int, |\n\nfunc g() {}\n"),
        ("rust", "fn f(a: u8, |) {}\n"),
        ("javascript", "const f = (a, |) => {}\n"),
        ("typescript", "interface I { run(a: |): void }\n"),
        ("java", "class A { void run(int a, |) {} }\n"),
        ("c", "int f(int a, |char *b) { return 0; }\n"),
        ("cpp", "int A::f(|int a) { return 0; }\n"),
        ("csharp", "class A { int F(int a, |int b) => 1; }\n"),
        ("ruby", "def run(a, |)\nend\n"),
        ("php", "<?php function run($a, |$b) {}\n"),
        ("lua", "function f(a, |b) end\n"),
        ("kotlin", "fun run(a: Int, |"),
    ],
)
def test_a_parameter_list_is_known(language: str, code: str) -> None:
    """Methods with receivers, several lines, and lists that are not closed yet."""
    syntax, position = read_at(language, code)

    assert syntax.in_parameters(position)


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "f(a, |)\n"),
        ("python", "def f(a=g(|)): pass\n"),
        ("python", "def f|(a): pass\n"),
        ("python", "def f(a)|: pass\n"),
        ("python", "x = 'def f(|'\n"),
        ("go", "package m\nfunc f() {\n\tg(|)\n}\n"),
        ("go", "package m\nfunc f() {\n\tif (a |\n}\n"),
        ("java", "class A { void run() { if (a|) {} } }\n"),
        ("c", "int x = f(|1);\n"),
        ("c", "int f(void) { return (|\n"),
        ("kotlin", "run(a, |"),
        ("plaintext", "a def of (|"),
        ("kotlin", f"fun f({'a' * 1000}|"),
    ],
)
def test_other_brackets_are_no_parameter_list(language: str, code: str) -> None:
    """Calls, conditions, and what stands in strings."""
    syntax, position = read_at(language, code)

    assert not syntax.in_parameters(position)


@pytest.mark.parametrize(
    ("language", "code", "context"),
    [
        ("python", "x = 'a|b'\n", Context.STRING),
        ("python", 'x = f"a{b|}c"\n', Context.CODE),
        ("python", "x = 1  # why|\n", Context.COMMENT),
        ("python", "# why\n|x = 1\n", Context.CODE),
        ("python", '"""\none\n|two\n"""\n', Context.STRING),
        ("go", "package m\nvar x = `raw|`\n", Context.STRING),
        ("go", "package m // a|\n", Context.COMMENT),
        ("rust", "/// doc|\nfn f() {}\n", Context.COMMENT),
        ("rust", "/// doc\n|fn f() {}\n", Context.CODE),
        ("javascript", "let x = `a${b|}`\n", Context.CODE),
        ("javascript", "/* a | b */\n", Context.COMMENT),
        ("javascript", "/* a */|\n", Context.CODE),
        ("typescriptreact", 'let x = <a b="c|" />\n', Context.STRING),
        ("java", "class A { /** d| */ }\n", Context.COMMENT),
        ("c", '#include "a|.h"\n', Context.STRING),
        ("cpp", 'auto x = "é|";\n', Context.STRING),
        ("csharp", 'var x = @"a|";\n', Context.STRING),
        ("ruby", "=begin\na|\n=end\n", Context.COMMENT),
        ("php", "<?php # a|\n", Context.COMMENT),
        ("shellscript", "cat <<E\nte|xt\nE\n", Context.STRING),
        ("lua", "--[[ a|\n]]\n", Context.COMMENT),
        ("kotlin", 'val u = "http://a|"\n', Context.STRING),
        ("kotlin", "val u = 1 // a|\n", Context.COMMENT),
        ("python", 'x = "open|\n', Context.STRING),
        ("python", 'def f():\n    """\n    Open|\n\n    x = 1\n', Context.STRING),
        ("python", "x = 1\n'''\nopen|\n", Context.STRING),
        ("python", "|x = 1\n'''\nopen\n", Context.CODE),
        ("python", "x = 'open\ny = |1\n", Context.CODE),
        ("javascript", "let x = `open\nlet y = |1\n", Context.STRING),
        ("kotlin", "val q = 'a\\'|b'\n", Context.STRING),
        ("kotlin", "don't |stop\n", Context.CODE),
        ("kotlin", "val q = ' |x\n", Context.CODE),
        ("kotlin", "/* open|\n", Context.COMMENT),
        ("plaintext", "it is 'quoted|'\n", Context.CODE),
    ],
)
def test_strings_and_comments_are_known(
    language: str, code: str, context: Context
) -> None:
    """A cursor right behind a comment that its line ends is still in it."""
    syntax, position = read_at(language, code)

    assert syntax.context_at(position) is context


@pytest.mark.parametrize("language", PARSED, ids=lambda each: str(each.id))
def test_every_grammar_loads(language: Language) -> None:
    """A blank document is parsed without an error in each language."""
    warm(language)

    assert read(language, Lines.of(""), 0).count_errors() == 0


@pytest.mark.parametrize(
    ("language", "code", "lines"),
    [
        ("python", "\n@a\n@b(1)\ndef f():\n    |\n    x\n", (1, 5)),
        ("typescript", "\nexport const f = () => {\n  |\n}\nf()\n", (1, 3)),
        ("javascript", "export| function f() {\n}\n", (0, 1)),
        ("python", "@a|\ndef f():\n    x\n", (0, 2)),
        ("cpp", "template <typename T>\nT f(T a) {\n  |\n}\n", (0, 3)),
        ("kotlin", "fun f() {\n    |\n}\nfun g() {}\n", (0, 2)),
    ],
)
def test_a_function_is_given_whole(
    language: str, code: str, lines: tuple[int, int]
) -> None:
    """With its decorators, and with the statement that exports or names it."""
    syntax, position = read_at(language, code)

    span = syntax.functions_at(position)[0].span

    assert (span.start.line, span.end.line) == lines


@pytest.mark.parametrize(
    ("language", "code", "owner", "name"),
    [
        ("javascript", "exports.f = function (a) {\n  |\n}\n", "exports", "f"),
        ("javascript", "class A { static f = (n) => { | } }\n", "A", "f"),
        ("javascript", "const o = { f: async function (a) { | } }\n", "", "f"),
        ("typescript", "class A { private readonly f = (n) => { | } }\n", "A", "f"),
        ("lua", "local f = function(q)\n  |\nend\n", "", "f"),
        ("lua", "M.f = function(q)\n  |\nend\n", "M", "f"),
        ("cpp", "struct B { ~B() { | } };\n", "B", "~B"),
        ("c", "int **f(void) { return |0; }\n", "", "f"),
        ("java", "class A { A(int x) { | } }\n", "A", "A"),
    ],
)
def test_a_function_may_get_its_name_from_around(
    language: str, code: str, owner: str, name: str
) -> None:
    """From what it is assigned to, or from within its declarators."""
    syntax, position = read_at(language, code)

    function = syntax.functions_at(position)[0]

    assert (function.owner, function.name) == (owner, name)


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("javascript", "list.map(function (a) { | })\n"),
        ("python", "f = lambda x: |x\n"),
        ("c", "int ********** f(void) { return |0; }\n"),
        ("typescript", "x = cond ? |1 : 2\n"),
        ("plaintext", "def f():\n    |\n"),
        ("kotlin", "|"),
        ("kotlin", "fun f() {\n}\n|x()\n"),
    ],
)
def test_what_has_no_name_is_no_function(language: str, code: str) -> None:
    """Nor is what nobody writes, prose, or what has ended above."""
    syntax, position = read_at(language, code)

    assert syntax.functions_at(position) == ()


@pytest.mark.parametrize(
    ("language", "code", "name"),
    [
        ("java", "class A {\n  void f(int a) {\n    x = (|\n", "f"),
        ("kotlin", "class A {\n    fun f(\n        a: Int\n    ) {\n        |\n", "f"),
        ("kotlin", "fun f() {\n    if (a) {\n    }|\n", "f"),
        ("objective-c", "static int f(int a)\n{\n    |\n}\n", "f"),
    ],
)
def test_broken_and_unparsed_code_has_functions_too(
    language: str, code: str, name: str
) -> None:
    """They are told by their first line and by indentation."""
    syntax, position = read_at(language, code)

    assert name in [each.name for each in syntax.functions_at(position)]


def test_functions_come_innermost_first() -> None:
    """Unnamed ones are left out."""
    code = "def a():\n    def b():\n        return lambda x: x|\n"
    syntax, position = read_at("python", code)

    assert [each.name for each in syntax.functions_at(position)] == ["b", "a"]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("def f():\n    x\n    |\n", "f"),
        ("def f():\n    x\n|\n", None),
        ("def f():\n    x\n\n\n    |\n\n\ndef g():\n    y\n", "f"),
        ("class A:\n    def f(self):\n        x\n\n    |\n", None),
    ],
)
def test_a_blank_line_belongs_to_what_its_column_says(
    code: str, name: str | None
) -> None:
    """Where indentation makes blocks, the cursor's column says how many have ended."""
    syntax, position = read_at("python", code)

    names = [each.name for each in syntax.functions_at(position)]

    assert names == ([name] if name else [])


def test_positions_count_characters() -> None:
    """Wide characters and those beyond the first plane do not shift anything."""
    code = "x = '𐐷é'; y = 1  # 𐐷 make it|\ndef f(𐐷, b): pass\n"
    syntax, position = read_at("python", code)

    (comment,) = syntax.comments(0, 0)

    assert comment.span == Span(Position(0, 17), position)
    assert comment.text == "𐐷 make it"


@pytest.mark.parametrize(
    ("language", "code", "texts"),
    [
        ("python", "# one\nx = '# no'  # two\n", ["one", "two"]),
        ("c", "/* one\n * two\n */\n#define X // three\n", ["one\ntwo", "three"]),
        ("rust", "/// one\n//! two\n/** three */\n", ["one", "two", "three"]),
        ("ruby", "=begin\none\n=end\n", ["one"]),
        ("lua", "-- one\n--[[ two ]]\n", ["one", "two"]),
        (
            "kotlin",
            'val u = "http://x" // one\n/* two\nthree */ x()\n',
            ["one", "two\nthree"],
        ),
        ("yaml", "a: http://b#c # one\n", ["one"]),
        ("html", "<a href='#x'> <!-- one -->\n", ["one"]),
        ("sql", "select 'it''s' -- one\n", ["one"]),
        ("plaintext", "# no // no\n", []),
    ],
)
def test_comments_are_found_with_what_they_say(
    language: str, code: str, texts: list[str]
) -> None:
    """Those of the document's language, and no marker that stands in a string."""
    document = Lines.of(code)
    syntax = read(language_of(language), document, 0, len(document))

    assert [each.text for each in syntax.comments(0, len(document))] == texts


def test_comments_of_other_lines_are_left_out() -> None:
    """Only those that touch the lines asked for."""
    document = Lines.of("# a\n# b\nx = 1\n# c\n")
    syntax = read(language_of("python"), document, 0)

    assert [each.text for each in syntax.comments(1, 2)] == ["b"]


def test_a_function_far_above_is_found() -> None:
    """What encloses the cursor counts, however long it is."""
    body = "".join(f"        x{n} = {n}\n" for n in range(1500))
    head = "class A:\n    def long(\n        self,\n    ):\n"
    code = f"{head}{body}        |\n\ndef g(): pass\n"
    syntax, position = read_at("python", code)

    assert syntax.functions_at(position) == (
        Function(
            name="long",
            owner="A",
            header="def long( self, ):",
            parameters="self,",
            span=Span(Position(1, 4), Position(1503, 20)),
        ),
    )


@pytest.mark.parametrize(
    ("language", "code", "header"),
    [
        ("python", "x = 1\n\ndef co|\n\ndef other(a, b=6):\n    c = 1\n", "def co"),
        ("python", "def f(a,\n      b):\n    x = sum(|\n\ndef g(c):\n", "def f(a, b):"),
        ("python", "def f(a):\n    x = sum(|\n    y = 1\n    return x\n", "def f(a):"),
        ("python", "def f(a|, b):\n    return a\n", "def f(a"),
        ("python", "def f(a, |\n\ndef g(c):\n    return c\n", "def f(a,"),
        (
            "go",
            "package p\n\nfunc co|\n\nfunc H(r R) error {\n\treturn n\n}\n",
            "func co",
        ),
        (
            "javascript",
            "function co|\n\nfunction h(a) {\n  return a;\n}\n",
            "function co",
        ),
        (
            "rust",
            "fn f<T>(x: T) -> u8\nwhere\n    T: Copy,\n{\n    x|\n}\n",
            "fn f<T>(x: T) -> u8 where T: Copy,",
        ),
    ],
)
def test_a_header_ends_where_it_does_or_at_the_cursor(
    language: str, code: str, header: str
) -> None:
    """While it is typed, a grammar takes the next function or the body for its end."""
    before, after = code.split("|")
    lines, position = Lines.of(before + after), Lines.of(before).end
    found = read(language_of(language, ""), lines, position.line)
    assert [each.header for each in found.functions_at(position)] == [header]
