"""`make contract` needs documents that are not in this repository, and says so."""

import pytest

from tests.contract.__main__ import main


@pytest.mark.parametrize("given", [[], [""], ["no/such/folder"]], ids=str)
def test_without_documents_the_contract_says_what_to_give(given: list[str], capsys) -> None:
    assert (main(given), "SPECS=/folder" in capsys.readouterr().err) == (2, True)


def test_documents_that_describe_nothing_of_ours_are_no_pass(tmp_path, capsys) -> None:
    (tmp_path / "other.json").write_text('{"paths": {"/elsewhere": {}}}')
    assert (main([str(tmp_path)]), capsys.readouterr().out.count("no document here")) == (1, 2)
