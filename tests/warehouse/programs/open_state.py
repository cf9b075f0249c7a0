"""Open the state database at argv[1] and close it."""

import sys

from warehouse import open_state

open_state(sys.argv[1]).close()
