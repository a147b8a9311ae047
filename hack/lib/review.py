"""Wraps the pod of a Job manifest into an AdmissionReview, as a Kubernetes API server posts it to a webhook.

Usage: review.py JOB.yaml [--volume NAME=SECRET]... [--size BYTES] > review.json

The pod is what the job controller makes of the template, with the fields that the API server fills in: defaults, the
service account's volume and managedFields. --volume adds a Secret volume, to try a name that is reserved; --size
pads the review with an annotation to that many bytes.
Needs PyYAML (Debian's python3-yaml).
"""

import argparse
import json
import sys

import yaml

JOB_UID = "6f0e3c41-2a75-4a57-9d8e-0d5b6a1f7c20"
REVIEW_UID = "b7c9e2d4-51f3-4c68-8a90-3e1d2f4a5b6c"
ACCOUNT_VOLUME = "kube-api-access-5x7gq"


def service_account_volume():
    return {
        "name": ACCOUNT_VOLUME,
        "projected": {
            "sources": [
                {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
                {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
                {
                    "downwardAPI": {
                        "items": [
                            {
                                "path": "namespace",
                                "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"},
                            }
                        ]
                    }
                },
            ],
            "defaultMode": 420,
        },
    }


def filled_container(container):
    filled = dict(container)
    filled.setdefault("resources", {})
    filled["volumeMounts"] = container.get("volumeMounts", []) + [
        {
            "name": ACCOUNT_VOLUME,
            "readOnly": True,
            "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
        }
    ]
    filled.setdefault("terminationMessagePath", "/dev/termination-log")
    filled.setdefault("terminationMessagePolicy", "File")
    filled.setdefault("imagePullPolicy", "Always" if container["image"].endswith(":latest") else "IfNotPresent")
    return filled


def managed_fields(spec):
    """What server-side apply records about each container: most of a real review's size."""
    owned = {}
    for kind in ("containers", "initContainers"):
        for container in spec.get(kind, []):
            fields = {".": {}}
            for name, value in container.items():
                fields[f"f:{name}"] = {}
                if name == "env":
                    fields["f:env"] = {
                        ".": {},
                        **{
                            'k:{"name":"%s"}' % entry["name"]: {".": {}, "f:name": {}, "f:value": {}}
                            for entry in value
                        },
                    }
            key = 'k:{"name":"%s"}' % container["name"]
            owned.setdefault(f"f:{kind}", {})[key] = fields
    return [
        {
            "manager": "kube-controller-manager",
            "operation": "Update",
            "apiVersion": "v1",
            "time": "2026-01-15T09:30:00Z",
            "fieldsType": "FieldsV1",
            "fieldsV1": {"f:metadata": {"f:generateName": {}, "f:labels": {}}, "f:spec": owned},
        }
    ]


def pod_of(job, namespace):
    template = job["spec"]["template"]
    name = job["metadata"]["name"]
    spec = dict(template["spec"])
    labels = dict(template["metadata"].get("labels", {}))
    labels.update({"controller-uid": JOB_UID, "job-name": name})
    metadata = {
        "generateName": f"{name}-",
        "namespace": namespace,
        "labels": labels,
        "ownerReferences": [
            {
                "apiVersion": "batch/v1",
                "kind": "Job",
                "name": name,
                "uid": JOB_UID,
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ],
        "finalizers": ["batch.kubernetes.io/job-tracking"],
        "managedFields": managed_fields(spec),
    }
    if "annotations" in template["metadata"]:
        metadata["annotations"] = template["metadata"]["annotations"]
    spec["volumes"] = spec.get("volumes", []) + [service_account_volume()]
    for kind in ("initContainers", "containers"):
        if kind in spec:
            spec[kind] = [filled_container(container) for container in spec[kind]]
    spec.update(
        {
            "terminationGracePeriodSeconds": 30,
            "dnsPolicy": "ClusterFirst",
            "serviceAccountName": "default",
            "serviceAccount": "default",
            "schedulerName": "default-scheduler",
            "tolerations": [
                {
                    "key": f"node.kubernetes.io/{state}",
                    "operator": "Exists",
                    "effect": "NoExecute",
                    "tolerationSeconds": 300,
                }
                for state in ("not-ready", "unreachable")
            ],
            "priority": 0,
            "enableServiceLinks": True,
            "preemptionPolicy": "PreemptLowerPriority",
        }
    )
    return {"kind": "Pod", "apiVersion": "v1", "metadata": metadata, "spec": spec, "status": {}}


def review_of(pod, namespace):
    kind = {"group": "", "version": "v1", "kind": "Pod"}
    resource = {"group": "", "version": "v1", "resource": "pods"}
    return {
        "kind": "AdmissionReview",
        "apiVersion": "admission.k8s.io/v1",
        "request": {
            "uid": REVIEW_UID,
            "kind": kind,
            "resource": resource,
            "requestKind": kind,
            "requestResource": resource,
            "namespace": namespace,
            "operation": "CREATE",
            "userInfo": {
                "username": "system:serviceaccount:kube-system:job-controller",
                "uid": "0b8a4a3e-7a1d-45b5-9f4c-2a6c1e9d7f30",
                "groups": ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"],
            },
            "object": pod,
            "oldObject": None,
            "dryRun": False,
            "options": {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"},
        },
    }


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("job")
    parser.add_argument("--namespace", default="team-a")
    parser.add_argument("--volume", action="append", default=[], metavar="NAME=SECRET")
    parser.add_argument("--size", type=int, default=0, metavar="BYTES")
    arguments = parser.parse_args()
    with open(arguments.job, encoding="utf-8") as file:
        job = next(document for document in yaml.safe_load_all(file) if document and document["kind"] == "Job")
    pod = pod_of(job, arguments.namespace)
    for added in arguments.volume:
        name, secret = added.split("=", 1)
        pod["spec"]["volumes"].insert(0, {"name": name, "secret": {"secretName": secret}})
    review = review_of(pod, arguments.namespace)
    missing = arguments.size - len(compact(review))
    if missing > 0:
        annotations = pod["metadata"].setdefault("annotations", {})
        annotations["example.org/notes"] = ""
        annotations["example.org/notes"] = "x" * (arguments.size - len(compact(review)))
    sys.stdout.write(compact(review))


if __name__ == "__main__":
    main()
