"""The rules for podOverrides once more, written from their description: what is refused, where, and what is warned of."""

import posixpath

TOKEN = "/kelos/github-token"
VOLUME = "kelos-github-token"
BUILT_IN = {"git-clone", "remote-setup", "branch-setup", "workspace-files", "plugin-setup", "skills-install"}
TEMPLATES = {"Task": None, "WorkerPool": None, "Session": None,
             "TaskSpawner": "taskTemplate", "SessionSpawner": "sessionTemplate"}  # fmt: skip
CREDENTIALS = {"ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN", "CODEX_API_KEY", "CODEX_AUTH_JSON", "CURSOR_API_KEY",
               "GEMINI_API_KEY", "OPENCODE_API_KEY"}  # fmt: skip
DROPPED = CREDENTIALS | {
    "KELOS_SETUP_COMMAND", "KELOS_SESSION_SETUP_ONLY", "KELOS_AGENT_TYPE", "KELOS_MODEL", "KELOS_EFFORT",
    "KELOS_BRANCH", "KELOS_TASKSPAWNER", "KELOS_POD_NAME", "KELOS_POD_NAMESPACE", "KELOS_BASE_BRANCH",
    "KELOS_UPSTREAM_REPO", "KELOS_AGENTS_MD", "KELOS_PLUGIN_DIR", "KELOS_MCP_SERVERS", "KELOS_GITHUB_TOKEN_FILE",
    "GITHUB_TOKEN", "GH_TOKEN", "GH_ENTERPRISE_TOKEN", "GH_CONFIG_DIR", "GH_HOST"}  # fmt: skip


def mapping(value):
    return value if isinstance(value, dict) else {}


def sequence(value):
    return value if isinstance(value, list) else []


def cleaned(path):
    return posixpath.normpath("/" + path).replace("//", "/")


def places(kind):
    """Field path and a function to what holds podOverrides, the legacy place first."""
    template = TEMPLATES[kind]
    base = "spec" + (f".{template}" if template else "")

    def legacy(made):
        spec = mapping(mapping(made).get("spec"))
        return mapping(spec.get(template)) if template else spec

    return [(f"{base}.podOverrides", legacy),
            (f"{base}.worker.podOverrides", lambda made: mapping(legacy(made).get("worker")))]  # fmt: skip


def judge(kind, made, old=None):
    """Sets of (field, cause) that are refused and of fields that are warned of."""
    refused, warned = [], []
    for field, holder_of in places(kind):
        holder = holder_of(made)
        overrides = holder.get("podOverrides")
        before = None if old is None else holder_of(old).get("podOverrides")
        if overrides is None or (before is not None and before == overrides):
            continue
        overrides = mapping(overrides)
        refused += [(f"{field}.{rest}", cause) for rest, cause in volumes(kind, overrides)]
        refused += [(f"{field}.{rest}", cause) for rest, cause in names(kind, overrides)]
        for rest, cause in mounts(kind, overrides):
            if cause:
                refused.append((f"{field}.{rest}", cause))
            else:
                warned.append(f"{field}.{rest}")
        warned += [f"{field}.{rest}" for rest in variables(holder, overrides)]
    return refused, warned


def volumes(kind, overrides):
    seen = set()
    for index, volume in enumerate(sequence(overrides.get("volumes"))):
        name = mapping(volume).get("name")
        if not isinstance(name, str) or not name:
            continue
        reserved = {"workspace"} | ({"worker-runner"} if kind == "WorkerPool" else set())
        if name.startswith("kelos-") or name in reserved:
            yield f"volumes[{index}].name", "FieldValueInvalid"
        elif name in seen:
            yield f"volumes[{index}].name", "FieldValueDuplicate"
        seen.add(name)


def names(kind, overrides):
    reserved = BUILT_IN | ({"inject-worker-runner"} if kind == "WorkerPool" else set())
    seen = set()
    for key in ("extraContainers", "extraInitContainers"):
        for index, container in enumerate(sequence(overrides.get(key))):
            if not isinstance(container, dict):
                continue
            name = container.get("name")
            if name is None or name == "":
                yield f"{key}[{index}].name", "FieldValueRequired"
            elif isinstance(name, str):
                if name.startswith("kelos-") or name in reserved:
                    yield f"{key}[{index}].name", "FieldValueInvalid"
                elif name in seen:
                    yield f"{key}[{index}].name", "FieldValueDuplicate"
                seen.add(name)


def has_token(container):
    """Whether GITHUB_TOKEN comes from a Secret; the last one counts."""
    found = [each for each in sequence(mapping(container).get("env")) if mapping(each).get("name") == "GITHUB_TOKEN"]
    reference = mapping(mapping(mapping(found[-1]).get("valueFrom")).get("secretKeyRef")) if found else {}
    return all(isinstance(reference.get(key), str) and reference[key] for key in ("name", "key"))


def mounts(kind, overrides):
    """Field and cause; no cause for a warning."""
    yield from mounts_of(kind, overrides, "", "agent")
    for key in ("extraContainers", "extraInitContainers"):
        for index, container in enumerate(sequence(overrides.get(key))):
            owner = "wired" if has_token(container) else "other"
            yield from mounts_of(kind, mapping(container), f"{key}[{index}].", owner)


def mounts_of(kind, holder, prefix, owner):
    for index, mount in enumerate(sequence(holder.get("volumeMounts"))):
        path = mapping(mount).get("mountPath")
        if not isinstance(path, str) or not path:
            continue
        field = f"{prefix}volumeMounts[{index}]"
        clean = cleaned(path)
        if kind == "WorkerPool" and owner == "agent" and clean == "/kelos/bin":
            yield f"{field}.mountPath", "FieldValueInvalid"
        there = clean == TOKEN or clean.startswith(TOKEN + "/")
        sub_path = next((key for key in ("subPath", "subPathExpr") if isinstance(mount.get(key), str) and mount[key]), None)
        if mount.get("name") == VOLUME:
            if sub_path:
                yield f"{field}.{sub_path}", "FieldValueForbidden" if there and owner != "other" else None
            elif there and clean != TOKEN and owner != "other":
                yield f"{field}.mountPath", "FieldValueInvalid"
            elif clean == TOKEN and owner == "agent":
                yield (f"{field}.mountPath", "FieldValueInvalid") if path == TOKEN else (field, None)
        elif there:
            yield f"{field}.mountPath", None if owner == "other" else "FieldValueInvalid"
        if clean == "/kelos" and owner != "other":
            yield f"{field}.mountPath", None


def variables(holder, overrides):
    for index, variable in enumerate(sequence(overrides.get("env"))):
        name = mapping(variable).get("name")
        if not isinstance(name, str) or name not in DROPPED:
            continue
        if name in CREDENTIALS and mapping(holder.get("credentials")).get("type") == "none":
            continue
        yield f"env[{index}].name"
