"use strict";

// Starts the editor server for every file. All that VS Code needs beyond it is in
// vscode-languageclient: inline completion, commands, cancelling and settings.

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

async function activate() {
  const settings = vscode.workspace.getConfiguration("hexaiServer");
  const [command, ...args] = settings.get("command");
  client = new LanguageClient(
    "hexai",
    "Hexai",
    { command, args },
    {
      documentSelector: [{ scheme: "file" }, { scheme: "untitled" }],
      synchronize: { configurationSection: "hexai" },
    },
  );
  await client.start();
}

function deactivate() {
  return client?.stop();
}

module.exports = { activate, deactivate };
