export function trimmed(path: string, code: string): string | undefined;
