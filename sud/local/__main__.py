"""`make run`: the whole house on this machine."""

import argparse
import sys
from pathlib import Path

from sud.local.house import ROOT, House, StopError
from sud.local.processes import StartError


def main() -> int:
    """Run the house until it is stopped; return the exit status."""
    parser = argparse.ArgumentParser(prog="sud.local", description=__doc__)
    parser.add_argument("--var", type=Path, default=ROOT / "var", help="where its data live")
    parser.add_argument("--port", type=int, default=8000, help="of the web, or the next free one")
    arguments = parser.parse_args()
    house = House(arguments.var.absolute(), sys.stdout, arguments.port)
    try:
        house.run()
    except StopError:
        house.say("  Stopped.")
    except StartError as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
