using System;
using System.Reflection;

namespace Lambent
{
    /// <summary>
    /// Implements an interface that only the function's packages know: the bootstrap is compiled without them, and works
    /// with every version of them.
    /// </summary>
    public class Facade : DispatchProxy
    {
        Func<MethodInfo, object[], object> answer;

        /// <param name="interfaceType">e.g. Amazon.Lambda.Core.ILambdaContext of the function's own package</param>
        /// <param name="answer">gets the method and its arguments; null becomes the default of its type</param>
        public static object For(Type interfaceType, Func<MethodInfo, object[], object> answer)
        {
            var create = typeof(DispatchProxy).GetMethod("Create", 2, Type.EmptyTypes);
            var facade = (Facade)create.MakeGenericMethod(interfaceType, typeof(Facade)).Invoke(null, null);
            facade.answer = answer;
            return facade;
        }

        protected override object Invoke(MethodInfo method, object[] arguments)
        {
            var result = answer(method, arguments);
            var type = method.ReturnType;
            if (result != null && type.IsInstanceOfType(result)) return result;
            return type.IsValueType && type != typeof(void) ? Activator.CreateInstance(type) : null;
        }
    }
}
