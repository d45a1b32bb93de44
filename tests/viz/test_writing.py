"""What drawings and pages are written over, and what never."""

import pytest

from tinygrad_edu import Value, viz

CODE = "from tinygrad_edu import Value\n"


@pytest.fixture
def page():
    return viz.explore(Value(2.0, label="x") * 3.0)


@pytest.mark.parametrize("name", ["neuron.py", "lesson.ipynb", "notes.txt", "page"])
def test_a_page_is_not_written_over_what_is_no_page(page, tmp_path, name):
    path = tmp_path / name
    path.write_text(CODE)
    for save in (page.save, lambda path: viz.explore(Value(2.0) * 3.0, path)):
        with pytest.raises(FileExistsError, match=r"it is no page: choose a name that ends in \."):
            save(path)
    assert path.read_text() == CODE


@pytest.mark.parametrize("name", ["page.html", "page.HTM", "page", "page.txt"])
def test_a_page_is_written_over_one_of_before(page, tmp_path, name):
    path = tmp_path / name
    viz.explore(Value(2.0, label="old") * 3.0).save(path)
    assert page.save(path) == path
    assert path.read_text(encoding="utf-8") == page.html


@pytest.mark.parametrize("name", ["neuron.py", "lesson.ipynb"])
def test_the_text_of_a_drawing_is_not_written_over_code(tmp_path, name):
    drawing = viz.graph(Value(2.0) * 3.0)
    path = tmp_path / name
    assert drawing.save(path) == str(path)  # there was none
    path.write_text(CODE)
    for write in (
        lambda: drawing.save(path),
        lambda: drawing.save(name, directory=tmp_path),
        lambda: drawing.render(path, format="svg"),
    ):
        with pytest.raises(FileExistsError, match="by its name it is code, no drawing"):
            write()
    assert path.read_text() == CODE
    assert not list(tmp_path.glob("*.svg"))


def test_the_text_of_a_drawing_is_written_over_one_of_before(tmp_path):
    path = tmp_path / "neuron.gv"
    path.write_text("old")
    drawing = viz.graph(Value(2.0) * 3.0)
    drawing.render(path, format="svg")
    assert path.read_text(encoding="utf-8") == drawing.source
