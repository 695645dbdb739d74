"""What an editor says it can do, as far as we ask."""

from lsprotocol import types

from hexai.surfaces.lsp.editor.clients import Client, Traits
from hexai.text.positions import Encoding


def choose_encoding(capabilities: types.ClientCapabilities, client: Client) -> Encoding:
    """Agree on what positions count."""
    general = capabilities.general
    offered = general.position_encodings if general else None
    order = [Encoding.UTF32, Encoding.UTF8, Encoding.UTF16]
    if client.utf8_first:
        order = [Encoding.UTF8, Encoding.UTF32, Encoding.UTF16]
    return next((each for each in order if each in (offered or ())), Encoding.UTF16)


def traits_of(params: types.InitializeParams) -> Traits:
    """Give what tells editors apart."""
    document = params.capabilities.text_document
    item = _item(params.capabilities)
    tags = item.tag_support if item else None
    return Traits(
        name=params.client_info.name if params.client_info else "",
        insert_replace=bool(item and item.insert_replace_support),
        preselects=bool(item and item.preselect_support),
        no_tags=tags is not None and not tags.value_set,
        inline_completion=bool(document and document.inline_completion),
        process=params.process_id is not None,
        server_status=_takes_status(params.capabilities.experimental),
        semantic_tokens=bool(document and document.semantic_tokens),
    )


def _takes_status(experimental: object) -> bool:
    if isinstance(experimental, dict):
        return bool(experimental.get("serverStatusNotification"))
    return bool(getattr(experimental, "serverStatusNotification", False))


def knows_as_is(capabilities: types.ClientCapabilities) -> bool:
    """Tell whether items may ask to be inserted as they are."""
    item = _item(capabilities)
    modes = item.insert_text_mode_support if item else None
    return modes is not None and types.InsertTextMode.AsIs in modes.value_set


def knows_action_literals(capabilities: types.ClientCapabilities) -> bool:
    """Tell whether code actions may be more than bare commands."""
    document = capabilities.text_document
    actions = document.code_action if document else None
    return actions is not None and actions.code_action_literal_support is not None


def _item(
    capabilities: types.ClientCapabilities,
) -> types.ClientCompletionItemOptions | None:
    document = capabilities.text_document
    completion = document.completion if document else None
    return completion.completion_item if completion else None
