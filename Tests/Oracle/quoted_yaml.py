"""YAML by PyYAML with every string in quotes: left plain, some of PyYAML's strings are numbers or booleans to kubectl."""

import yaml


def dump_all(documents, style='"', **options):
    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data):
            return True

    Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style))
    return yaml.dump_all(documents, Dumper=Dumper, sort_keys=False, **options)
