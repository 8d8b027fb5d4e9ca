from aws_xray_sdk.core import xray_recorder


def order(event, context):
    with xray_recorder.in_subsegment('order') as part:
        part.put_annotation('city', event['city'])
        part.put_metadata('event', event)
        with xray_recorder.in_subsegment('pay'):
            return 'paid'
