#!/usr/bin/env bash
# Guess: where letters leave one row, completing them takes it: its `textEdit` is made,
#   as when it is chosen from a list. Behind `res`, an item labelled `result` whose edit
#   is `result(a)` gives `result(a)`.
# Seen: lsp-mode puts in the label, `result`, and stops there: no edit, none of
#   `additionalTextEdits`, no command. Taken from `*Completions*` or from company the
#   same item comes in whole, and eglot, asked in the same way, gives `result(a)`.
# Version: lsp-mode 8.0.0 in Emacs 28.2 of Debian 12 (`elpa-lsp-mode`, and eglot 1.9 of
#   `elpa-eglot`); the script only looks whether they are there.
# Concerns: whoever writes a language server whose labels are not what goes in, or that
#   counts by a command what was taken.
set -euo pipefail
emacs --batch --eval '(package-initialize)' -l lsp-mode -l eglot >/dev/null 2>&1 || {
    echo "needs both (apt-get install emacs-nox elpa-lsp-mode elpa-eglot)" >&2
    exit 2
}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
cat >server <<'PYTHON'
#!/usr/bin/env python3
"""Offers two items for the word that the first line is."""
import json
import sys


def send(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    sys.stdout.buffer.flush()


def items(cursor):
    word = {"start": {**cursor, "character": 0}, "end": cursor}
    for label in ("result", "other"):
        yield {"label": label, "textEdit": {"newText": f"{label}(a)", "range": word}}


OFFERS = {"completionProvider": {}, "textDocumentSync": 1}
while header := sys.stdin.buffer.readline():
    length = int(header.split(b":")[1])
    while sys.stdin.buffer.readline().strip():
        pass
    message = json.loads(sys.stdin.buffer.read(length))
    if "id" not in message or "method" not in message:
        continue
    result = {"capabilities": OFFERS} if message["method"] == "initialize" else None
    if message["method"] == "textDocument/completion":
        result = [*items(message["params"]["position"])]
    send({"id": message["id"], "result": result})
PYTHON
chmod +x server
cat >eglot.el <<'LISP'
(require 'eglot)
(setq eglot-sync-connect 20)
(add-to-list 'eglot-server-programs
             (list 'python-mode (expand-file-name "server")))
(defun connect () (apply #'eglot--connect (eglot--guess-contact)))
(defvar capf #'eglot-completion-at-point)
LISP
cat >lsp-mode.el <<'LISP'
(require 'lsp-mode)
(setq lsp-enable-snippet nil lsp-restart 'ignore
      lsp-enable-suggest-server-download nil
      lsp-session-file (expand-file-name "session"))
(lsp-workspace-folders-add default-directory)
(lsp-register-client
 (make-lsp-client
  :new-connection (lsp-stdio-connection (list (expand-file-name "server")))
  :activation-fn (lambda (&rest _) t) :server-id 'offers :add-on? t))
(defun connect ()
  (lsp)
  (with-timeout (20 (error "The server never was there"))
    (while (not (and (lsp-workspaces)
                     (eq 'initialized
                         (lsp--workspace-status (car (lsp-workspaces))))))
      (accept-process-output nil 0.02))))
(defvar capf #'lsp-completion-at-point)
LISP
cat >complete.el <<'LISP'
(setq make-backup-files nil auto-save-default nil)
(with-temp-file "x.py" (insert "res"))
(find-file "x.py")
(goto-char (point-max))
(connect)
(let ((completion-at-point-functions (list capf)))
  (completion-at-point))
(princ (buffer-string))
(set-buffer-modified-p nil)
LISP
completed() {
    HOME=$place timeout 60 emacs --batch --no-init-file --eval '(package-initialize)' \
        -l "$1.el" -l complete.el 2>log
}
eglot=$(completed eglot)
lsp_mode=$(completed lsp-mode)
echo "eglot:    $eglot"
echo "lsp-mode: $lsp_mode"
[[ $eglot == 'result(a)' ]]
[[ $lsp_mode == result ]]
