"""Every pod of every overlay keeps each rule of the pod security level `restricted`, one test a rule.

The rules, as https://kubernetes.io/docs/concepts/security/pod-security-standards/ lists them: those of `baseline`, and
those that `restricted` adds.
"""

import pytest

from repository import OVERLAYS, render


@pytest.fixture(scope="module", params=OVERLAYS)
def pods(request):
    found = [document["spec"]["template"] for document in render(f"overlays/{request.param}")
             if document["kind"] in ("Deployment", "DaemonSet", "StatefulSet", "Job")]
    assert len(found) == 2
    return found


def contexts(pod):
    """The securityContext of the pod, and those of its containers."""
    return [pod["spec"].get("securityContext", {})] + [
        container.get("securityContext", {}) for container in containers(pod)]


def containers(pod):
    spec = pod["spec"]
    return spec["containers"] + spec.get("initContainers", []) + spec.get("ephemeralContainers", [])


def test_the_namespace_enforces_the_level():
    for name in OVERLAYS:
        for namespace in (document for document in render(f"overlays/{name}") if document["kind"] == "Namespace"):
            assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_no_windows_host_process(pods):
    for pod in pods:
        assert all("windowsOptions" not in context for context in contexts(pod))


def test_no_namespace_of_the_host(pods):
    for pod in pods:
        assert not any(pod["spec"].get(name) for name in ("hostNetwork", "hostPID", "hostIPC"))


def test_no_privileged_container(pods):
    for pod in pods:
        assert not any(context.get("privileged") for context in contexts(pod))


def test_no_port_of_the_host(pods):
    for pod in pods:
        assert all("hostPort" not in port for container in containers(pod) for port in container.get("ports", []))


def test_no_host_in_a_probe_or_a_hook(pods):
    for pod in pods:
        for container in containers(pod):
            hooks = container.get("lifecycle", {}).values()
            probes = [container[name] for name in container if name.endswith("Probe")]
            for action in [*hooks, *probes]:
                assert "host" not in action.get("httpGet", {}) and "host" not in action.get("tcpSocket", {})


def test_apparmor_selinux_and_proc_are_the_defaults(pods):
    for pod in pods:
        assert not any("apparmor" in key for key in pod["metadata"].get("annotations", {}))
        for context in contexts(pod):
            assert not {"appArmorProfile", "seLinuxOptions", "procMount"} & set(context)


def test_no_kernel_parameter(pods):
    for pod in pods:
        assert not pod["spec"].get("securityContext", {}).get("sysctls")


def test_volumes_are_of_the_allowed_types(pods):
    allowed = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
    for pod in pods:
        for volume in pod["spec"].get("volumes", []):
            assert set(volume) - {"name"} <= allowed


def test_no_privilege_escalation(pods):
    for pod in pods:
        assert all(container["securityContext"]["allowPrivilegeEscalation"] is False for container in containers(pod))


def test_never_root(pods):
    for pod in pods:
        assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
        assert all(context.get("runAsNonRoot", True) is True for context in contexts(pod))
        assert all(context.get("runAsUser", 65532) != 0 for context in contexts(pod))


def test_system_calls_are_filtered(pods):
    for pod in pods:
        assert pod["spec"]["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for context in contexts(pod):
            assert context.get("seccompProfile", {"type": "RuntimeDefault"})["type"] in ("RuntimeDefault", "Localhost")


def test_all_capabilities_are_dropped_and_none_is_added(pods):
    for pod in pods:
        for container in containers(pod):
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_beyond_the_level_the_root_file_system_cannot_be_written(pods):
    for pod in pods:
        assert all(container["securityContext"]["readOnlyRootFilesystem"] is True for container in containers(pod))
