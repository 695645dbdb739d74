"""`python -m hexai` is `hexai`."""

from hexai.main import main

main()
