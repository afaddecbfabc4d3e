// A home for anywidgets in a page without a kernel. MyST-NB embeds the widgets' state; this runs
// their modules on it. Works over http and from a file, loads nothing. A widget learns from
// `host.kernel` that nobody will answer its messages; other kinds of widgets say so themselves.
(() => {
  "use strict";
  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';
  const NEEDS_KERNEL = {
    en: "This control needs a running kernel: open the notebook in JupyterLab.",
    zh: "此控件需要运行中的内核：请在 JupyterLab 中打开本笔记本。",
  };

  function bytes(text) {
    const binary = atob(text), view = new Uint8Array(binary.length);
    for (let i = 0; i < view.length; i++) view[i] = binary.charCodeAt(i);
    return new DataView(view.buffer);
  }

  /** What a module may do with its model: read, write, and hear of changes. */
  class Model {
    #state;
    #handlers = new Map();
    constructor(state, manager) {
      this.#state = state;
      this.widget_manager = manager;
    }
    get(name) {
      return this.#state[name];
    }
    set(name, value) {
      const changes = typeof name === "string" ? { [name]: value } : name;
      for (const [key, next] of Object.entries(changes)) {
        if (this.#state[key] === next) continue;
        this.#state[key] = next;
        this.#tell(`change:${key}`, this, next);
        this.#tell("change", this);
      }
    }
    #tell(event, ...values) {
      for (const handler of [...(this.#handlers.get(event) ?? [])]) handler(...values);
    }
    on(events, handler) {
      for (const event of events.split(/\s+/)) {
        if (!this.#handlers.has(event)) this.#handlers.set(event, new Set());
        this.#handlers.get(event).add(handler);
      }
    }
    off(events, handler) {
      for (const event of events?.split(/\s+/) ?? [...this.#handlers.keys()]) {
        if (handler) this.#handlers.get(event)?.delete(handler);
        else this.#handlers.delete(event);
      }
    }
    save_changes() {}
    send() {}
  }

  const modules = new Map(), sheets = new Set();
  /** A module from its text, once however often it is shown. */
  function load(text) {
    if (!modules.has(text)) {
      const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
      const module = import(address).then(({ default: made }) => (typeof made === "function" ? made() : made));
      modules.set(text, module.finally(() => URL.revokeObjectURL(address)));
    }
    return modules.get(text);
  }

  function style(text) {
    if (!text || sheets.has(text)) return;
    sheets.add(text);
    const sheet = document.createElement("style");
    sheet.textContent = text;
    document.head.append(sheet);
  }

  async function run() {
    const saved = {}, models = new Map(), started = new Map();
    for (const script of document.querySelectorAll(STATE)) {
      Object.assign(saved, JSON.parse(script.textContent).state);
    }
    const manager = { get_model: async (id) => modelOf(String(id).replace(/^IPY_MODEL_/, "")) };
    function modelOf(id) {
      if (!models.has(id)) {
        const state = structuredClone(saved[id].state);
        for (const { path, data } of saved[id].buffers ?? []) {
          const owner = path.slice(0, -1).reduce((value, key) => value[key], state);
          owner[path[path.length - 1]] = bytes(data);
        }
        models.set(id, new Model(state, manager));
      }
      return models.get(id);
    }
    async function show(id, el) {
      const model = modelOf(id), common = { model, experimental: {}, host: { kernel: false } };
      style(model.get("_css"));
      const widget = await load(model.get("_esm"));
      if (!started.has(id)) started.set(id, Promise.resolve(widget.initialize?.(common)));
      await started.get(id);
      await widget.render?.({ ...common, el, signal: new AbortController().signal });
      el.dataset.widget = "live";
    }
    const views = [...document.querySelectorAll(VIEW)].map(async (script) => {
      const id = JSON.parse(script.textContent).model_id, el = document.createElement("div");
      script.after(el);
      if (saved[id]?.model_module !== "anywidget") {
        const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
        el.dataset.widget = "needs-kernel";
        el.textContent = NEEDS_KERNEL[language];
        return;
      }
      try {
        await show(id, el);
      } catch (error) {
        el.dataset.widget = "failed";
        el.textContent = String(error);
        console.error(error);
      }
    });
    await Promise.all(views);
  }

  if (document.readyState === "loading") addEventListener("DOMContentLoaded", run);
  else run();
})();
