"""How grammars call what prompts ask for: one vocabulary for all of them.

Grammars mostly agree on names, and where a name belongs to one grammar alone, it does
no harm in the others. So a table for each language would say the same thirteen times.
"""

FUNCTIONS = frozenset(
    {
        "abstract_method_signature",
        "arrow_function",
        "constructor_declaration",
        "destructor_declaration",
        "function_declaration",
        "function_definition",
        "function_expression",
        "function_item",
        "function_signature",
        "function_signature_item",
        "generator_function",
        "generator_function_declaration",
        "local_function_statement",
        "method",
        "method_declaration",
        "method_definition",
        "method_elem",
        "method_signature",
        "singleton_method",
    }
)
"""Definitions; those that turn out to have no name are not counted."""

WRAPPERS = frozenset(
    {
        "ambient_declaration",
        "assignment_expression",
        "assignment_statement",
        "decorated_definition",
        "export_statement",
        "expression_list",
        "expression_statement",
        "lexical_declaration",
        "public_field_definition",
        "field_definition",
        "template_declaration",
        "variable_declaration",
        "variable_declarator",
    }
)
"""What a definition may be the core of: it belongs to the definition then."""

NAMING = frozenset(
    {
        "assignment_expression",
        "assignment_statement",
        "field_definition",
        "pair",
        "public_field_definition",
        "variable_declarator",
    }
)
"""What gives a function its name if it has none of its own."""

OWNERS = frozenset(
    {
        "abstract_class_declaration",
        "class",
        "class_declaration",
        "class_definition",
        "class_specifier",
        "enum_declaration",
        "enum_item",
        "impl_item",
        "interface_declaration",
        "module",
        "record_declaration",
        "struct_declaration",
        "struct_specifier",
        "trait_declaration",
        "trait_item",
    }
)
"""What methods belong to. Python's `module` is the whole file and has no name."""

PARAMETERS = frozenset(
    {"formal_parameters", "method_parameters", "parameter_list", "parameters"}
)
DECLARATORS = frozenset({"function_declarator", "record_declaration"})
"""What else than a function has a parameter list."""

ENDS_PARAMETERS = frozenset(
    {
        "argument_list",
        "arguments",
        "block",
        "compound_statement",
        "lambda",
        "statement_block",
    }
)
"""Within one of these a parameter list around it does not count."""

COMMENTS = frozenset({"block_comment", "comment", "html_comment", "line_comment"})
STRINGS = frozenset(
    {
        "ansi_c_string",
        "char_literal",
        "character_literal",
        "concatenated_string",
        "encapsed_string",
        "heredoc",
        "heredoc_body",
        "interpolated_string_expression",
        "interpreted_string_literal",
        "nowdoc",
        "raw_string",
        "raw_string_literal",
        "regex",
        "rune_literal",
        "string",
        "string_literal",
        "template_string",
        "text_block",
        "verbatim_string_literal",
    }
)
QUOTES = frozenset({"`", "string_end", "string_start"})
"""What opens and closes a string, and stands alone where one of them is missing."""
INTERPOLATIONS = frozenset(
    {"command_substitution", "expansion", "interpolation", "template_substitution"}
)
"""Code within a string."""
