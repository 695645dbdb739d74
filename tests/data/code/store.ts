import { EventEmitter } from "node:events";
import type { Reader, Writer } from "./streams";

export interface Options {
  readonly limit?: number;
  onDrop?: (key: string, reason: "full" | "old") => void;
}

type Stored<T> = { value: T; at: number };

const DEFAULTS: Required<Pick<Options, "limit">> = { limit: 100 };

export class Store<T> extends EventEmitter {
  private readonly items = new Map<string, Stored<T>>();

  constructor(private readonly options: Options = {}) {
    super();
  }

  get size(): number {
    return this.items.size;
  }

  put(key: string, value: T, now = Date.now()): this {
    const limit = this.options.limit ?? DEFAULTS.limit;
    if (this.items.size >= limit && !this.items.has(key)) {
      const [oldest] = this.items.keys();
      this.items.delete(oldest);
      this.options.onDrop?.(oldest, "full");
    }
    this.items.set(key, { value, at: now });
    this.emit("put", key);
    return this;
  }

  async load(reader: Reader): Promise<number> {
    let count = 0;
    try {
      for await (const line of reader.lines()) {
        const match = /^(\w+)=(.*)$/.exec(line);
        if (!match) {
          console.warn(`ignored: ${line.slice(0, 20)}`);
          continue;
        }
        this.put(match[1], JSON.parse(match[2]) as T);
        count += 1;
      }
    } catch (error) {
      throw new Error(`cannot load (${String(error)})`, { cause: error });
    } finally {
      reader.close();
    }
    return count;
  }

  save(writer: Writer): void {
    this.items.forEach((stored, key) => {
      writer.write(`${key}=${JSON.stringify(stored.value)}\n`);
    });
  }
}

export function merge<T>(...stores: Array<Store<T>>): Store<T> {
  const merged = new Store<T>({
    limit: stores.reduce((sum, store) => sum + store.size, 0),
  });
  const seen = new Set<string>();
  stores.forEach((store) =>
    store.on("put", (key: string) => {
      if (seen.has(key)) {
        return;
      }
      seen.add(key);
    }),
  );
  return merged;
}
