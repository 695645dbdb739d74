;; Completes once, as a user of eglot or lsp-mode does, and prints what came of it.
;;
;; emacs --batch --no-init-file --load complete.el eglot|lsp-mode FILE PICK PROGRAM
;; FILE holds the text, with the cursor at `|'; PICK is the number of a row, from 0, or
;; letters of one that are typed before completion is asked for again.

(load (expand-file-name "drive.el" (file-name-directory load-file-name)) nil t)

(defun complete-take (capf pick)
  "Take the row number PICK of those that CAPF offers, as a completion frontend does."
  (pcase-let* ((`(,start ,end ,table . ,more) (funcall capf))
               (row (nth pick (all-completions "" table))))
    (delete-region start end)
    (insert row)
    (funcall (plist-get more :exit-function) row 'finished)))

(defun complete-type (capf letters)
  "Type LETTERS, and complete them by CAPF as `completion-at-point' does."
  (dolist (letter (string-to-list letters))
    (insert (char-to-string letter))
    (accept-process-output nil 0.02))
  (let ((completion-at-point-functions (list capf)))
    (completion-at-point)))

(pcase-let ((`(,client ,file ,pick ,program) command-line-args-left))
  (setq command-line-args-left nil)
  (find-file file)
  (goto-char (point-min))
  (search-forward "|")
  (delete-char -1)
  (basic-save-buffer)
  (funcall (intern (concat "complete-start-" client)) program)
  (let* ((capf (if (equal client "eglot") #'eglot-completion-at-point
                 #'lsp-completion-at-point))
         rows details common)
    (complete-wait (lambda () (= 2 (length (setq rows (complete-rows capf))))))
    (pcase-let ((`(,start ,end ,table . ,more) (funcall capf)))
      (setq details (mapcar (plist-get more :annotation-function) rows)
            common (completion-try-completion
                    (buffer-substring start end) table nil (- end start)
                    (completion-metadata "" table nil))))
    (if (string-match-p "\\`[0-9]+\\'" pick)
        (complete-take capf (string-to-number pick))
      (complete-type capf pick))
    ;; Asked again, so that what the server makes of the text is here by then.
    (ignore-errors (complete-rows capf))
    (princ (json-encode
            `((rows . ,(vconcat (mapcar #'substring-no-properties rows)))
              (details . ,(vconcat (mapcar #'substring-no-properties details)))
              (common . ,(substring-no-properties (car common)))
              (text . ,(buffer-substring-no-properties (point-min) (point-max))))))
    (set-buffer-modified-p nil)))
