/** Adds up what each sensor measured, over windows of a minute: the state goes from batch to batch. */
export const handler = async ({ Records, state = {}, window, isFinalInvokeForWindow }) => {
  const totals = { ...state };
  for (const { kinesis } of Records) {
    const { sensor, value } = JSON.parse(Buffer.from(kinesis.data, 'base64').toString());
    const { count = 0, sum = 0 } = totals[sensor] ?? {};
    totals[sensor] = { count: count + 1, sum: sum + value };
  }
  if (isFinalInvokeForWindow) console.log(`${window.start} to ${window.end}: ${JSON.stringify(totals)}`);
  return { state: totals };
};
