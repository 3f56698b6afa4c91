/** Validates what goes over a wire against an installed SDK's own types, turned into JSON Schema. */
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import { createGenerator } from 'ts-json-schema-generator';

/**
 * Reads the interface `Contract` of a file anew, which takes about two seconds. The check is empty when a value fits
 * the type of that name, else it has one line for each way in which it does not.
 */
export function contractIn<Name extends string>(file: URL): (name: Name, value: unknown) => string[] {
  const { definitions = {} } = createGenerator({
    path: fileURLToPath(file),
    type: 'Contract',
    skipTypeCheck: true,
    jsDoc: 'none',
    // Property names that the types do not have are a difference, not an extension.
    additionalProperties: false,
  }).createSchema('Contract');
  const ajv = new Ajv({ strict: false }).addSchema({ definitions }, 'sdk');
  const compiled = new Map<Name, ValidateFunction>();
  return (name, value) => {
    const validate =
      compiled.get(name) ?? ajv.compile({ $ref: `sdk#/definitions/Contract/properties/${name}` });
    compiled.set(name, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${name}${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
}
