"""`python -m demo.town`: the town in the foreground, until Ctrl-C."""

import argparse
import asyncio
import sys
from pathlib import Path

from demo.errors import DemoError
from demo.town.serve import SERVICES, TownOrder, serve_town
from demo.town.start import DEFAULT_PORTS, REMOVE_AFTER_SECONDS


def main() -> int:
    """Read the command line and serve; 1 when the town could not start."""
    parser = argparse.ArgumentParser(prog="python -m demo.town", description="A town of websites on loopback.")
    parser.add_argument("--folder", type=Path, required=True, help="where the town keeps its state and certificate")
    parser.add_argument(
        "--ports",
        default=",".join(map(str, DEFAULT_PORTS)),
        help=f"{len(SERVICES)} numbers, commas between, for {', '.join(SERVICES)}; 0 takes a free one",
    )
    parser.add_argument("--remove-after", type=float, default=REMOVE_AFTER_SECONDS, help="seconds, default %(default)s")
    parser.add_argument("--acknowledge-to", default="", help="HOST:PORT of an SMTP server for acknowledgements")
    parser.add_argument("--reset", action="store_true", help="forget earlier notices and removals")
    parser.add_argument("--lifeline", action="store_true", help="stop when standard input closes")
    given = parser.parse_args()
    host, _, port = given.acknowledge_to.rpartition(":")
    ports = [int(part) for part in given.ports.split(",") if part.isdecimal()]
    if len(ports) != len(SERVICES) or (given.acknowledge_to and not port.isdecimal()):
        parser.error(f"--ports wants {len(SERVICES)} numbers, --acknowledge-to HOST:PORT")
    order = TownOrder(
        folder=given.folder,
        ports=ports,
        remove_after_seconds=given.remove_after,
        acknowledge_to=(host, int(port)) if given.acknowledge_to else None,
        reset=given.reset,
        lifeline=given.lifeline,
    )
    try:
        asyncio.run(serve_town(order))
    except DemoError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
