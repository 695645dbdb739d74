#!/usr/bin/env bash
# Guess: `label` is what a row shows; what goes in is what `textEdit` says, and rows are
#   searched by `filterText`.
# Seen: eglot lets Emacs complete to what rows have in common, and takes their labels for
#   that: `abc.`, with items labelled `home: result` and `home: return`, becomes
#   `abc.home: re` before any row was chosen, and `home: ` stays. Only an item that has
#   `insertText` as well, which is of no account beside `textEdit` by the protocol, is
#   completed by that: `abc.re`.
# Version: eglot 1.9 in Emacs 28.2 of Debian 12 (`elpa-eglot`); the script only looks
#   whether it is there.
# Concerns: whoever writes a language server whose labels say more than what goes in: a
#   sign, a type, a name of who offers it.
set -euo pipefail
emacs --batch --eval '(package-initialize)' -l eglot >/dev/null 2>&1 || {
    echo "needs eglot (apt-get install emacs-nox elpa-eglot)" >&2
    exit 2
}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
cat >server <<'PYTHON'
#!/usr/bin/env python3
"""Offers two items behind `abc.`; with an argument, with `insertText` too."""
import json
import sys


def send(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    sys.stdout.buffer.flush()


def items(cursor):
    for text in ("result", "return"):
        edit = {"newText": text, "range": {"start": cursor, "end": cursor}}
        item = {"label": f"home: {text}", "filterText": text, "textEdit": edit}
        yield {**item, "insertText": text} if sys.argv[1:] else item


OFFERS = {"completionProvider": {}, "textDocumentSync": 1}
while header := sys.stdin.buffer.readline():
    length = int(header.split(b":")[1])
    while sys.stdin.buffer.readline().strip():
        pass
    message = json.loads(sys.stdin.buffer.read(length))
    if "id" not in message:
        continue
    result = {"capabilities": OFFERS} if message["method"] == "initialize" else None
    if message["method"] == "textDocument/completion":
        result = [*items(message["params"]["position"])]
    send({"id": message["id"], "result": result})
PYTHON
chmod +x server
cat >complete.el <<'LISP'
(package-initialize)
(require 'eglot)
(setq make-backup-files nil auto-save-default nil eglot-sync-connect 20)
(add-to-list 'eglot-server-programs
             (cons 'python-mode
                   (cons (expand-file-name "server") command-line-args-left)))
(setq command-line-args-left nil)
(with-temp-file "x.py" (insert "abc."))
(find-file "x.py")
(goto-char (point-max))
(apply #'eglot--connect (eglot--guess-contact))
(let ((completion-at-point-functions (list #'eglot-completion-at-point)))
  (completion-at-point))
(princ (buffer-string))
(set-buffer-modified-p nil)
LISP
completed() {
    HOME=$place timeout 60 emacs --batch --no-init-file -l complete.el "$@" 2>log
}
by_label=$(completed)
by_text=$(completed insertText)
echo "completed by label alone: $by_label"
echo "with insertText as well:  $by_text"
[[ $by_label == 'abc.home: re' ]]
[[ $by_text == abc.re ]]
