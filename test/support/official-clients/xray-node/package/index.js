const AWSXRay = require('aws-xray-sdk-core');

exports.order = async (event) =>
  await AWSXRay.captureAsyncFunc('order', async (part) => {
    part.addAnnotation('city', event.city);
    part.addMetadata('event', event);
    try {
      if (event.fail) throw new RangeError('no such city');
      return await AWSXRay.captureAsyncFunc(
        'pay',
        async (inner) => {
          inner.close();
          return 'paid';
        },
        part,
      );
    } catch (error) {
      part.addError(error);
      return 'refused';
    } finally {
      part.close();
    }
  });
