use lambda_runtime::streaming::{channel, Body, Response};
use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let (event, context) = event.into_parts();
    if event["fail"] == true {
        return Err("asked to fail".into());
    }
    println!("handling {}", event["name"].as_str().unwrap_or_default());
    Ok(json!({
        "message": format!("Hello {}", event["name"].as_str().unwrap_or("nobody")),
        "requestId": context.request_id,
        "arn": context.invoked_function_arn,
        "hasTime": context.deadline > 0,
        "function": context.env_config.function_name,
    }))
}

async fn stream(event: LambdaEvent<Value>) -> Result<Response<Body>, Error> {
    let name = event.payload["name"].as_str().unwrap_or("nobody").to_string();
    let (mut sender, receiver) = channel();
    tokio::spawn(async move {
        for part in ["Hello ".to_string(), name] {
            sender.send_data(part.into()).await.unwrap();
        }
    });
    Ok(Response::from(receiver))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    if std::env::var("_HANDLER").as_deref() == Ok("streamed") {
        run(service_fn(stream)).await
    } else {
        run(service_fn(handle)).await
    }
}
