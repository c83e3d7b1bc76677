#!/bin/sh
# What pytest 8.4.2 writes with --junitxml of a test that fails and whose fixture then fails to clean up.
#
# Guessed before it was run: one <testcase> with a <failure> and an <error>, and the suite's `tests` is the number of tests.
# Seen: two <testcase> elements of the same class and name, the first with the <failure>, the second, with a time of its
# own, with the <error>; `tests` counts both. A test that passes and whose fixture fails to clean up is one element with an
# <error>, never one that passed. So class and name are no key within one report, and a report has more cases than tests.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv packages
packages/bin/pip --quiet --disable-pip-version-check install pytest==8.4.2
cat >test_sample.py <<'TEST'
import pytest

@pytest.fixture
def resource():
    yield
    raise RuntimeError("cannot clean up")

def test_passes(resource):
    pass

def test_fails(resource):
    assert 1 == 2
TEST
packages/bin/python -m pytest -q --junitxml=report.xml test_sample.py >/dev/null 2>&1 || true
packages/bin/python - <<'LOOK'
import sys
import xml.etree.ElementTree as tree

suite = tree.parse("report.xml").getroot().find("testsuite")
seen = [(case.get("name"), [child.tag for child in case]) for case in suite.iter("testcase")]
print("pytest 8.4.2: tests =", suite.get("tests"), "for two tests;", seen)
expected = [("test_passes", ["error"]), ("test_fails", ["failure"]), ("test_fails", ["error"])]
sys.exit(0 if seen == expected and suite.get("tests") == "3" else "that was different before")
LOOK
