"""Makes the database, and what stands in it: one person and the clients, which come as JSON on standard input."""
import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from oauth2_provider.models import Application  # noqa: E402

call_command("migrate", verbosity=0)
seed = json.load(sys.stdin)
User.objects.create_superuser(**seed["person"])
for client in seed["clients"]:
    Application.objects.create(**client)
