"""The webhook's account may do what every account may, and nothing else."""

from renderings import grants
from scene import LONGEST, Scene
from waiting import eventually

ACCOUNT = "kelos-token-webhook"


def test_the_webhook_may_do_nothing_that_a_new_account_may_not(world):
    with Scene(world, grants("default", ACCOUNT)) as scene:
        scene.add("ServiceAccount", "nobody")
        nobody = world.cluster.token_of(scene.team, "nobody")
        for namespace in (scene.system, scene.team):
            own, others = (
                eventually(lambda: world.cluster.rules_of(token, namespace), "the API server knows the token", LONGEST)
                for token in (scene.token, nobody))
            assert own == others
