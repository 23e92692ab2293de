"""What every test may ask for. README.md beside this file says which test goes where."""

pytest_plugins = ["tests.support.kinds", "tests.support.databases", "tests.support.world"]
