/** Validates what goes over the wire against the installed SDK's own types, turned into JSON Schema. */
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import { createGenerator } from 'ts-json-schema-generator';
import type { Contract } from './contractTypes.ts';

export type ContractName = keyof Contract;

/** Empty when the value fits the SDK's type, else one line for each way in which it does not. */
export type Check = (name: ContractName, value: unknown) => string[];

/** Reads the types anew, which takes about two seconds. */
export function readContract(): Check {
  const { definitions = {} } = createGenerator({
    path: fileURLToPath(new URL('./contractTypes.ts', import.meta.url)),
    type: 'Contract',
    skipTypeCheck: true,
    jsDoc: 'none',
    // Property names that the types do not have are a difference, not an extension.
    additionalProperties: false,
  }).createSchema('Contract');
  const ajv = new Ajv({ strict: false }).addSchema({ definitions }, 'sdk');
  const compiled = new Map<ContractName, ValidateFunction>();
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
