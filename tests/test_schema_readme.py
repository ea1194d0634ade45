"""What the page of the library shows is what it does."""

import doctest
from pathlib import Path

import mockserver.schemas
from mockserver.schemas import generator


def test_the_examples_of_the_page_run() -> None:
    page = Path(mockserver.schemas.__file__).with_name("README.md")
    ran = doctest.testfile(str(page), module_relative=False)
    assert ran.attempted > 8
    assert ran.failed == 0


def test_the_example_of_generate_runs() -> None:
    assert doctest.testmod(generator).failed == 0
