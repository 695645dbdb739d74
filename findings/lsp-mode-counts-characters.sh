#!/usr/bin/env bash
# Guess: a client that offers no position encoding counts UTF-16 units, as the protocol
#   says for that case: `x` in `s = '😀x'` is at 7.
# Seen: lsp-mode counts characters: it sends 6, and puts the cursor of a position 7 that
#   a server means for `x` one character too far right. It offers no encoding at all.
# Version: lsp-mode 8.0.0 of Debian 12 (`elpa-lsp-mode`); the script only looks whether
#   it is there.
# Concerns: whoever writes a language server that Emacs users run: right of an emoji,
#   edits land one place off for each of them.
set -euo pipefail
emacs --batch -f package-initialize -l lsp-mode >/dev/null 2>&1 || {
    echo "needs lsp-mode (apt-get install emacs-nox elpa-lsp-mode)" >&2
    exit 2
}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cat >"$place/count.el" <<'EOF'
(package-initialize)
(require 'lsp-mode)
(with-temp-buffer
  (insert "s = '\U0001F600x'")
  (goto-char (point-min))
  (search-forward "x")
  (backward-char)
  (let ((sent (plist-get (lsp--cur-position) :character))
        (offered (lsp--client-capabilities))
        there)
    (let ((seven (make-hash-table :test 'equal)))
      (puthash "line" 0 seven)
      (puthash "character" 7 seven)
      (setq there (lsp--position-to-point
                   (if lsp-use-plists (list :line 0 :character 7) seven))))
    (princ (format "sent for x: %s\n" sent))
    (princ (format "at 7 it sees: %c\n" (char-after there)))
    (princ (format "offers positionEncodings: %s\n"
                   (if (string-match-p "positionEncodings" (format "%S" offered))
                       "yes" "no")))))
EOF
HOME=$place emacs --batch -l "$place/count.el" 2>/dev/null | tee "$place/seen"
grep -qx 'sent for x: 6' "$place/seen"
grep -qx "at 7 it sees: '" "$place/seen"
grep -qx 'offers positionEncodings: no' "$place/seen"
