"""What axe-core finds on a page that is serious for people who do not see it, or see it badly."""

import pytest


def serious_findings(page, scheme="light"):
    """Return each rule that is broken, with the elements that break it.

    In dark only what depends on colours is looked at again: everything else is the same page.
    """
    axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
    options = {"resultTypes": ["violations"]}
    if scheme == "dark":
        options["runOnly"] = ["color-contrast"]
    return [
        (violation["id"], [node["html"] for node in violation["nodes"]])
        for violation in axe.run(page, options=options)["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
