export const handler = async ({ time, resources }) => {
  console.log(`it is ${time}, says ${resources[0]}`);
};
