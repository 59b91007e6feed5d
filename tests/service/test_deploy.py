"""The examples of docs/deploy name what there is: settings, routes, ports, the image's user and folders."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from rag.settings import PREFIX, Settings, load_settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "docs/deploy"
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SECRETS = {
    name for name, field in Settings.model_fields.items() if SecretStr in getattr(field.annotation, "__args__", ())
}
SECRETS |= {"keys", "rate_store"}  # a Redis URL has a password


@pytest.fixture(params=["compose.yaml", "compose-milvus.yaml"])
def compose(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / request.param).read_text())
    return found


@pytest.fixture(params=["kubernetes.yaml", "kubernetes-milvus.yaml"])
def manifests(request: pytest.FixtureRequest) -> dict[str, Any]:
    return manifests_of(request.param)


def manifests_of(name: str) -> dict[str, Any]:
    return {one["kind"]: one for one in yaml.safe_load_all((DEPLOY / name).read_text())}


def settings_of(variables: dict[str, str]) -> dict[str, str]:
    """The settings among these variables, each of which Byline takes with its value."""
    given = {name.removeprefix(PREFIX).lower(): value for name, value in variables.items() if name.startswith(PREFIX)}
    load_settings(**{name: value for name, value in given.items() if "$" not in value})
    return given


@pytest.mark.parametrize("file", [ROOT / "Dockerfile", *sorted(DEPLOY.iterdir())], ids=lambda file: file.name)
def test_every_name_of_a_setting_is_one_that_byline_has(file: Path) -> None:
    """In the comments too, which say what to put into secrets."""
    names = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}

    assert set(re.findall(rf"{PREFIX}[A-Z_]+", file.read_text())) <= names


# -- Compose --------------------------------------------------------------------------------------------


def test_compose_serves_this_machine_alone_without_rights(compose: dict[str, Any]) -> None:
    service = compose["services"]["byline"]

    assert all(re.fullmatch(r"127\.0\.0\.1:[0-9-]+:8000", port) for port in service["ports"])
    assert "EXPOSE 8000" in DOCKERFILE
    assert f"USER {service['user']}" in DOCKERFILE
    assert service["read_only"] and service["cap_drop"] == ["ALL"] and service["tmpfs"] == ["/tmp"]
    assert service["security_opt"] == ["no-new-privileges:true"] and service["mem_limit"]
    assert "8000/readyz" in service["healthcheck"]["test"][-1]
    assert int(service["stop_grace_period"].removesuffix("s")) > load_settings().shutdown_timeout_s


def test_compose_takes_keys_from_its_environment(compose: dict[str, Any]) -> None:
    settings = settings_of(compose["services"]["byline"]["environment"])

    assert settings["keys"].startswith("${BYLINE_KEYS:?")
    assert all(settings[name].startswith("${") for name in SECRETS & settings.keys() - {"rate_store"})


def test_compose_has_the_services_and_volumes_that_it_names(compose: dict[str, Any]) -> None:
    services, volumes = compose["services"], set(compose["volumes"])

    for name, service in services.items():
        assert service["image"] and service["healthcheck"], name
        assert set(service.get("depends_on", {})) <= set(services), name
        assert {one.split(":")[0] for one in service.get("volumes", ())} <= volumes, name
    mounted = [one.split(":")[1] for one in services["byline"].get("volumes", ())]
    assert mounted in (["/data"], []) and "VOLUME /data" in DOCKERFILE


def test_compose_runs_replicas_over_milvus_and_redis() -> None:
    byline = yaml.safe_load((DEPLOY / "compose-milvus.yaml").read_text())["services"]["byline"]

    assert byline["environment"]["BYLINE_LIBRARY"] == "milvus:http://milvus:19530"
    assert byline["environment"]["BYLINE_RATE_STORE"].startswith("redis://redis:")
    assert byline["deploy"]["replicas"] > 1 and "volumes" not in byline
    image = next(line for line in DOCKERFILE.splitlines() if "constraints.txt '.[" in line)
    assert "milvus" in image and "redis" in image, "the image has what these settings need"


# -- Kubernetes -----------------------------------------------------------------------------------------


def pod_of(manifests: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    pod = manifests["Deployment"]["spec"]["template"]["spec"]
    return pod, pod["containers"][0]


def test_kubernetes_probes_routes_and_a_port_that_there_are(manifests: dict[str, Any]) -> None:
    _, container = pod_of(manifests)

    probes = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "readiness", "liveness")}

    assert {kind: probe["path"] for kind, probe in probes.items()} == {
        "startup": "/readyz",
        "readiness": "/readyz",
        "liveness": "/healthz",
    }
    (port,) = container["ports"]
    assert f"EXPOSE {port['containerPort']}" in DOCKERFILE
    assert {probe["port"] for probe in probes.values()} == {port["name"]}
    assert [one["targetPort"] for one in manifests["Service"]["spec"]["ports"]] == [port["name"]]


def test_kubernetes_gives_byline_no_rights_and_bounds(manifests: dict[str, Any]) -> None:
    pod, container = pod_of(manifests)

    assert pod["securityContext"]["runAsNonRoot"] and f"USER {pod['securityContext']['runAsUser']}" in DOCKERFILE
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not pod["automountServiceAccountToken"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["requests"] and container["resources"]["limits"]["memory"]
    assert {one["name"] for one in container["volumeMounts"]} == {one["name"] for one in pod["volumes"]}
    assert pod["terminationGracePeriodSeconds"] > load_settings().shutdown_timeout_s + 5


def test_kubernetes_takes_keys_from_a_secret(manifests: dict[str, Any]) -> None:
    _, container = pod_of(manifests)

    settings = settings_of({one["name"]: one["value"] for one in container["env"]})

    assert container["envFrom"] == [{"secretRef": {"name": "byline"}}]
    assert settings.keys().isdisjoint(SECRETS)


def test_what_selects_and_what_is_selected_agree(manifests: dict[str, Any]) -> None:
    labels = manifests["Deployment"]["spec"]["template"]["metadata"]["labels"]

    assert manifests["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert manifests["Service"]["spec"]["selector"] == labels


def test_a_folder_has_one_writer_on_one_volume() -> None:
    manifests = manifests_of("kubernetes.yaml")
    pod, _ = pod_of(manifests)

    claims = [one["persistentVolumeClaim"]["claimName"] for one in pod["volumes"] if "persistentVolumeClaim" in one]

    assert claims == [manifests["PersistentVolumeClaim"]["metadata"]["name"]]
    assert manifests["Deployment"]["spec"]["replicas"] == 1


def test_milvus_is_served_by_replicas_without_a_volume() -> None:
    manifests = manifests_of("kubernetes-milvus.yaml")
    pod, container = pod_of(manifests)

    assert {"name": "BYLINE_LIBRARY", "value": "milvus:http://milvus:19530"} in container["env"]
    assert manifests["Deployment"]["spec"]["replicas"] > manifests["PodDisruptionBudget"]["spec"]["minAvailable"]
    assert [volume["name"] for volume in pod["volumes"]] == ["tmp"]


def test_the_values_of_milvus_chart_are_yaml_within_yaml() -> None:
    values = yaml.safe_load((DEPLOY / "milvus-values.yaml").read_text())

    assert values["cluster"]["enabled"] is True
    assert yaml.safe_load(values["extraConfigFiles"]["user.yaml"])["queryNode"]["mmap"]["scalarField"] is True
