import os
import uuid

import boto3
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent

counts = boto3.resource("dynamodb").Table(os.environ["COUNTS"])


@idempotent(
    persistence_store=DynamoDBPersistenceLayer(table_name=os.environ["PAYMENTS"]),
    config=IdempotencyConfig(event_key_jmespath="order"),
)
def pay(event, context):
    """Pays once for each order; `fails` raises."""
    counts.update_item(
        Key={"id": f"payment {event['order']}"},
        UpdateExpression="ADD times :one",
        ExpressionAttributeValues={":one": 1},
    )
    if event.get("fails"):
        raise RuntimeError("as asked")
    return {"order": event["order"], "payment": str(uuid.uuid4())}
