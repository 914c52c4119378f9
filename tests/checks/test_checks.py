"""Does each check find what it is for, and name the place? On a small repository full of mistakes."""

import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent

SHOW = """#!/bin/sh
case "$*" in
    "plugin list") printf 'extract\\n  http         Ask.\\ntransform\\nload\\n  file         cannot be read\\n' ;;
    "plugin show http --markdown") printf '\\n### Options\\n\\n| `url` |\\n\\n### More\\n' ;;
    *) echo "no such plugin" >&2; exit 6 ;;
esac
"""


class Repository(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="weir-checks-"))
        self.addCleanup(shutil.rmtree, self.root)
        (self.root / "tests" / "checks").mkdir(parents=True)
        for script in HERE.glob("*.py"):
            if script.name != Path(__file__).name:
                shutil.copy(script, self.root / "tests" / "checks")
        self.write("build/weir", SHOW).chmod(0o755)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def check(self, name, *args):
        """The exit code of a check and the lines that it printed."""
        env = {**os.environ, "WEIR": str(self.root / "build" / "weir")}
        ended = subprocess.run([sys.executable, "-B", self.root / "tests" / "checks" / f"{name}.py", *args],
                               env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return ended.returncode, ended.stdout.splitlines()

    def assert_finds(self, name, *lines):
        code, said = self.check(name)
        self.assertEqual((code, len(said)), (1, len(lines)), said)
        for line, wanted in zip(said, lines):
            self.assertTrue(line.startswith(wanted), f"{line!r} is not {wanted!r}")

    def assert_content(self, name):
        code, said = self.check(name)
        self.assertEqual((code, len(said)), (0, 1), said)


class Code(Repository):
    def compile(self, name, source):
        path = self.root / "build" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", path], input=source, text=True,
                       check=True)

    def test_headers(self):
        self.write("sdk/include/weir/good.h", "int weir_good(void);\n")
        self.assert_content("headers")
        self.write("sdk/include/weir/leans.h", "size_t weir_leans(void);\n")
        self.write("sdk/include/weir/plain_c.h", "static inline int *f(void *p) { return p; }\n")
        self.assert_finds("headers", "sdk/include/weir/leans.h: not alone as C11: ",
                          "sdk/include/weir/leans.h: not alone as C++17: ",
                          "sdk/include/weir/plain_c.h: not alone as C++17: ")

    def test_symbols(self):
        self.write("sdk/include/weir/a.h", "WEIR_API struct x *weir_a(int n);\n/* as weir_b(1) does */\n")
        self.compile("plugins.d/a_load.so", "const int weir_plugin = 1; static int mine; int *f(void);")
        self.compile("libweir.so", "void weir_a(int n) { (void)n; }")
        self.assert_content("symbols")
        self.compile("plugins.d/b_load.so", "int helper(void) { return 1; }")
        self.compile("libweir.so", "void weir_hidden(void) {} void other(void) {}")
        self.assert_finds("symbols", "build/plugins.d/b_load.so: exports helper;",
                          "build/plugins.d/b_load.so: does not export weir_plugin",
                          "build/libweir.so: exports other;", "build/libweir.so: exports weir_hidden,",
                          "build/libweir.so: weir_a is declared WEIR_API and not defined")

    def test_sizes(self):
        long = "int f(int (*g)(int), int h)\n{\n" + "    g(h);\n" * 99 + "}\n"
        self.write("a.c", "enum {\n    A,\n};\n\n" + long.replace("    g(h);\n", "", 1))
        self.assertEqual(self.check("sizes")[0], 0)
        self.write("b.c", "\nstruct s {\n    int a;\n};\n\n" + long)
        self.write("c.py", "\n" * 601)
        code, said = self.check("sizes")
        self.assertEqual(code, 1)
        self.assertEqual(said[-2:], ["b.c:7: f has 101 lines, at most 100 may it have",
                                     "c.py: 601 lines, at most 600 may it have"])
        self.assertIn(" 100 lines  a.c:6 f", said)

    @unittest.skipUnless(shutil.which("clang-format"), "clang-format is not installed")
    def test_form(self):
        self.write(".clang-format", "BasedOnStyle: LLVM\n")
        self.write("a.c", "int a;\n")
        self.assert_content("form")
        self.write("b.c", "int a;\n  int b;\n")
        self.assert_finds("form", "b.c:1: ")

    def test_registered(self):
        self.write("tests/unit/test_a.c", "")
        self.write("tests/servers/test_b.py", "")
        self.write("build/CTestTestfile.cmake", """\
            add_test(unit/test_a "test_a")
            add_test(servers/test_b "python3" "-m" "unittest" "test_b")
            """)
        Code.compile(self, "test_a", "int a;")
        self.assert_content("registered")
        self.write("tests/servers/test_c.py", "")
        self.assert_finds("registered", "tests/servers/test_c.py: ctest does not run it")

    def test_places(self):
        self.write("a.md", "see https://x.org/home/me and ${ROOT}/work/x, ../root/y\n")
        self.assert_content("places")
        homes = [f"/{name}/x" for name in ("work", "root", "home", "Users")]
        self.write("b.c", "\n".join(f'char *p = "{home}";' for home in homes))
        self.assert_finds("places", *(f"b.c:{n}: " for n in range(1, len(homes) + 1)))


class Abi(Repository):
    LAYOUT = """\
        #include <weir/a.h>
        _Static_assert(sizeof(struct weir_a) == 4, "struct weir_a has another size");
        int weir_f(struct weir_a *a);
        struct weir_a *weir_g(void) __attribute__((warn_unused_result));
        """
    HEADER = "struct weir_a { int x; };\nint weir_f(struct weir_a *a);\n"

    def setUp(self):
        super().setUp()
        self.write("tests/abi/v1/layout.c", self.LAYOUT)
        for folder in ("tests/abi/v1", "sdk/include"):
            self.write(f"{folder}/weir/a.h", self.HEADER)
        Code.compile(self, "libweir.so", "int weir_f(void *a) { return !a; } void weir_g(void) {}")

    def test_what_is_kept(self):
        self.assert_content("abi")

    def test_what_is_broken(self):
        self.write("sdk/include/weir/a.h", "struct weir_a { int x, y; };\nvoid weir_f(struct weir_a *a);\n")
        Code.compile(self, "libweir.so", "int weir_h(void *a) { return !a; }")
        self.assert_finds("abi", "tests/abi/v1/layout.c:2: with sdk/include: ",
                          "tests/abi/v1/layout.c:3: with sdk/include: ",
                          "tests/abi/v1/layout.c: libweir has no weir_f any more",
                          "tests/abi/v1/layout.c: libweir has no weir_g any more")


class Pages(Repository):
    def test_listings(self):
        self.write("docs/a.c", "int a;\n")
        self.write("docs/a.md", "<!-- listing: a.c -->\n```c\nint a;\n```\n<!-- /listing -->\n")
        self.assert_content("listings")
        self.write("docs/b.md", "<!-- listing: a.c -->\n```c\nint b;\n```\n<!-- /listing -->\nend\n")
        self.write("docs/c.md", "<!-- listing: a.c -->\n<!-- /listing -->\n")
        self.assert_finds("listings", "docs/b.md:3: has 'int b;', should have 'int a;'",
                          "docs/c.md:2: has nothing, should have '```c'")
        self.assertEqual(self.check("listings", "--update")[0], 0)
        self.assert_content("listings")
        self.assertEqual((self.root / "docs/b.md").read_text(),
                         "<!-- listing: a.c -->\n```c\nint a;\n```\n<!-- /listing -->\nend\n")

    def test_marks_without_another_end(self):
        for text in ("<!-- listing: a.c -->\n", "<!-- /listing -->\n", "<!-- listing: a -->\n" * 2):
            self.write("a.md", text)
            self.assertEqual(self.check("listings")[0], 1, text)

    def test_readme_options(self):
        self.write("plugins/http/CMakeLists.txt", "weir_plugin(http extract SOURCES http.c)\n")
        self.assert_finds("readme_options", "plugins/http: has no README.md", "readme_options.py --update")
        readme = self.write("plugins/http/README.md", "# http\n")
        self.assert_finds("readme_options", "plugins/http/README.md: has no <!-- options -->", "readme")
        readme.write_text("# http\n<!-- options -->\n\n<!-- /options -->\n")
        self.assert_finds("readme_options", "plugins/http/README.md:3: has '', should", "readme")
        self.assertEqual(self.check("readme_options", "--update")[0], 0)
        self.assertIn("<!-- options -->\n| `url` |\n\n### More\n<!-- /options -->\n", readme.read_text())
        self.assert_content("readme_options")
        readme.write_text("<!-- options: https extract -->\n<!-- /options -->\n")
        self.assertEqual(self.check("readme_options")[0], 1)

    def test_plugin_table(self):
        self.write("plugins/http/CMakeLists.txt", "weir_plugin(http extract SOURCES http.c)\n")
        self.write("plugins/x/CMakeLists.txt", "  weir_plugin(file load\n  SOURCES x.c)\nweir_plugin(y load)\n")
        page = self.write("plugins/README.md", "<!-- plugins -->\n<!-- /plugins -->\n")
        self.check("plugin_table", "--update")
        self.assertIn("| extract | [http](http/README.md) | Ask. |\n| load | [file](x/README.md) |",
                      page.read_text())
        self.assert_finds("plugin_table", "plugins/x: declares y (load), which",
                          "plugins/x: the summary of file (load) is no sentence: cannot be read")
        page.write_text(page.read_text().replace("Ask.", "Tell."))
        self.assertIn("Ask.", self.check("plugin_table")[1][0])

    def test_faults(self):
        page = self.write("tests/README.md", """\
            <!-- faults -->
            | H01 | A page fails | |
            | H02 | A page is late | [gone](integration/gone.py) |
            | H03 | | [test_a](integration/test_a.py) |
            <!-- /faults -->
            """)
        self.write("tests/integration/test_a.py", '"""H01, H03 and H04; not XH05 or E999."""\n')
        self.write("plugins/a.c", "/* H06 */\n")
        self.assert_finds("faults", "tests/README.md: H01: what it is",
                          "tests/README.md: H02 is not named in integration/gone.py",
                          "tests/README.md: H03: what it is", "tests/integration/test_a.py: H04 is not in")
        self.check("faults", "--update")
        self.assertIn("| H01 | A page fails | [test_a](integration/test_a.py) |\n", page.read_text())
        self.assert_finds("faults", "tests/README.md: H02: what it is", "tests/README.md: H03: what it is",
                          "tests/README.md: H04: what it is")

    def test_links(self):
        self.write("docs/a.md", """\
            # One `word`, two
            [b](b.md) [root](../README.md#top) [here](#one-word-two) [web](https://x.org/none)
            ```
            [not a link](none.md)
            ```
            `[nor this](none.md)` [folder](.) [blank](a%20b.txt "title")
            """)
        self.write("docs/b.md", "")
        self.write("docs/a b.txt", "")
        self.write("README.md", "# Top\n")
        self.assert_content("links")
        self.write("docs/c.md", """\
            [gone](gone.md)
            [out](../../../etc/passwd)
            [no such part](a.md#two) and ![picture](none.png)
            [reference]: none.md
            """)
        self.assert_finds("links", "docs/c.md:1: gone.md does not exist", "docs/c.md:2: ../../../etc/passwd",
                          "docs/c.md:3: a.md#two: docs/a.md has no such heading",
                          "docs/c.md:3: none.png does not exist", "docs/c.md:4: none.md does not exist")


if __name__ == "__main__":
    unittest.main()
