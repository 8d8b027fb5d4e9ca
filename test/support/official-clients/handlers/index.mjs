export const handler = async (event, context) => {
  if (event.fail) throw new Error('asked to fail');
  console.log('handling', event.name);
  return {
    message: `Hello ${event.name}`,
    requestId: context.awsRequestId,
    arn: context.invokedFunctionArn,
    hasTime: context.getRemainingTimeInMillis() > 0,
    function: context.functionName,
  };
};

export const streamed = globalThis.awslambda.streamifyResponse(async (event, stream) => {
  stream.write(`Hello `);
  stream.write(event.name);
  stream.end();
});
