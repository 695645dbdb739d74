;; Asks in the text as a user of eglot does, and prints what came of it.
;;
;; emacs --batch --no-init-file --load ask.el FILE SAID PROGRAM
;; FILE is typed into; SAID is `yes' or `no', what is said to each edit of the server's.

(load (expand-file-name "drive.el" (file-name-directory load-file-name)) nil t)

(defun ask-type (keys)
  "Type KEYS, which eglot tells of once nobody types for a moment."
  (goto-char (point-max))
  (dolist (key (string-to-list keys)) (insert (char-to-string key)))
  (eglot--signal-textDocument/didChange))

(pcase-let ((`(,file ,said ,program) command-line-args-left)
            (asked 0))
  (setq command-line-args-left nil)
  (find-file file)
  (complete-start-eglot program)
  (cl-letf (((symbol-function 'y-or-n-p)
             (lambda (_prompt) (cl-incf asked) (equal said "yes"))))
    (ask-type "what is it?>\n\nand I type on, and on\n")
    (complete-wait (lambda () (< 0 asked)))
    (ask-type "m")
    (if (equal said "yes")
        (complete-wait (lambda () (string-match-p "^> " (buffer-string))))
      ;; Asked, and answered, so that an edit sent once more would be here by then.
      (complete-rows #'eglot-completion-at-point)
      (ask-type "n")
      (complete-rows #'eglot-completion-at-point)))
  (princ (json-encode `((asked . ,asked) (text . ,(buffer-string)))))
  (set-buffer-modified-p nil))
