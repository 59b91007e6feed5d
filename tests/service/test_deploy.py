"""The examples of docs/deploy name existing settings, routes, users and folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from rag.settings import PREFIX, Settings, load_settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
ROUTES = {"/healthz", "/readyz"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docs/deploy/compose.yaml").read_text())
    return found


@pytest.fixture(scope="module")
def manifests() -> dict[str, Any]:
    documents = yaml.safe_load_all((ROOT / "docs/deploy/kubernetes.yaml").read_text())
    return {one["kind"]: one for one in documents}


def are_settings(variables: dict[str, str]) -> bool:
    """Asserts that Byline accepts each of these variables with its value."""
    given = {name.removeprefix(PREFIX).lower(): value for name, value in variables.items() if name.startswith(PREFIX)}
    load_settings(**{name: value for name, value in given.items() if "$" not in value})
    return given.keys() <= Settings.model_fields.keys()


def test_compose_serves_this_machine_alone_without_rights(compose: dict[str, Any]) -> None:
    service = compose["services"]["byline"]

    assert service["ports"] == ["127.0.0.1:8000:8000"] and "EXPOSE 8000" in DOCKERFILE
    assert are_settings(service["environment"])
    assert f"USER {service['user']}" in DOCKERFILE
    assert service["read_only"] and service["cap_drop"] == ["ALL"]
    assert [volume.split(":")[1] for volume in service["volumes"]] == ["/data"] and "VOLUME /data" in DOCKERFILE
    assert any(route in service["healthcheck"]["test"][-1] for route in ROUTES)
    assert set(compose["volumes"]) == {"library"}


def test_kubernetes_probes_routes_that_there_are(manifests: dict[str, Any]) -> None:
    container = manifests["Deployment"]["spec"]["template"]["spec"]["containers"][0]

    probes = {kind: container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "readiness", "liveness")}

    assert probes == {"startup": "/readyz", "readiness": "/readyz", "liveness": "/healthz"}
    assert are_settings({one["name"]: one["value"] for one in container["env"]})


def test_kubernetes_gives_byline_no_rights_and_one_volume(manifests: dict[str, Any]) -> None:
    pod = manifests["Deployment"]["spec"]["template"]["spec"]
    container = pod["containers"][0]

    assert pod["securityContext"]["runAsNonRoot"] and f"USER {pod['securityContext']['runAsUser']}" in DOCKERFILE
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert {one["name"] for one in container["volumeMounts"]} == {one["name"] for one in pod["volumes"]}
    claims = [one["persistentVolumeClaim"]["claimName"] for one in pod["volumes"] if "persistentVolumeClaim" in one]
    assert claims == [manifests["PersistentVolumeClaim"]["metadata"]["name"]]
    assert manifests["Deployment"]["spec"]["replicas"] == 1


def test_what_selects_and_what_is_selected_agree(manifests: dict[str, Any]) -> None:
    labels = manifests["Deployment"]["spec"]["template"]["metadata"]["labels"]

    assert manifests["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert manifests["Service"]["spec"]["selector"] == labels


def test_there_is_more_time_to_stop_than_questions_have_to_end(
    compose: dict[str, Any], manifests: dict[str, Any]
) -> None:
    wait = load_settings().shutdown_timeout_s

    assert int(compose["services"]["byline"]["stop_grace_period"].removesuffix("s")) > wait
    assert manifests["Deployment"]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > wait + 5


# -- replicas over Milvus -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def beside_milvus() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docs/deploy/compose-milvus.yaml").read_text())
    return found


@pytest.fixture(scope="module")
def replicas() -> dict[str, Any]:
    documents = yaml.safe_load_all((ROOT / "docs/deploy/kubernetes-milvus.yaml").read_text())
    return {one["kind"]: one for one in documents}


def test_compose_runs_replicas_over_services_that_it_has(beside_milvus: dict[str, Any]) -> None:
    services = beside_milvus["services"]
    byline = services["byline"]

    assert are_settings(byline["environment"])
    assert byline["environment"]["BYLINE_LIBRARY"] == "milvus:http://milvus:19530"
    assert byline["environment"]["BYLINE_RATE_STORE"].startswith("redis://redis:")
    assert byline["deploy"]["replicas"] > 1 and "volumes" not in byline
    for name, service in services.items():
        assert service["image"] and service["healthcheck"], name
        assert set(service.get("depends_on", {})) <= set(services), name
        assert {one.split(":")[0] for one in service.get("volumes", ())} <= set(beside_milvus["volumes"]), name
    image = next(line for line in DOCKERFILE.splitlines() if "constraints.txt '.[" in line)
    assert "milvus" in image and "redis" in image, "the image has what these settings need"


def test_kubernetes_runs_replicas_without_a_volume(replicas: dict[str, Any]) -> None:
    deployment = replicas["Deployment"]["spec"]
    container = deployment["template"]["spec"]["containers"][0]
    settings = {one["name"]: one["value"] for one in container["env"]}

    assert are_settings(settings) and settings["BYLINE_LIBRARY"].startswith("milvus:http://")
    assert deployment["replicas"] > replicas["PodDisruptionBudget"]["spec"]["minAvailable"]
    assert [volume["name"] for volume in deployment["template"]["spec"]["volumes"]] == ["tmp"]
    assert {container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "readiness", "liveness")} == ROUTES
    for one in (deployment["selector"]["matchLabels"], replicas["Service"]["spec"]["selector"]):
        assert one == deployment["template"]["metadata"]["labels"]


def test_the_values_of_milvus_chart_are_yaml_within_yaml() -> None:
    values = yaml.safe_load((ROOT / "docs/deploy/milvus-values.yaml").read_text())

    assert values["cluster"]["enabled"] is True
    assert yaml.safe_load(values["extraConfigFiles"]["user.yaml"])["queryNode"]["mmap"]["scalarField"] is True
