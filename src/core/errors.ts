/**
 * Every error a user can see: one named constructor each, with a stable code, the words, and what helps.
 * The words say what happened, whether anything was lost, and what to do. No secret is ever put in them.
 * Each area has its file in `errors/`; everyone imports them from here.
 */
export * from './errors/bridge.ts';
export * from './errors/bridgeClient.ts';
export * from './errors/commandLine.ts';
export * from './errors/error.ts';
export * from './errors/host.ts';
export * from './errors/limits.ts';
export * from './errors/profile.ts';
export * from './errors/prompt.ts';
export * from './errors/provider.ts';
export * from './errors/register.ts';
export * from './errors/relay.ts';
export * from './errors/store.ts';
export * from './errors/transform.ts';
export * from './errors/turn.ts';
export * from './errors/workspace.ts';
