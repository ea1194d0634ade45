"""What responses refer to: files, uploads, vector stores, containers; and embeddings, which apps
make beside them.

Pure: things that never change, each with its body as the API shows it, and a `Shelf` that a session
keeps them on. The routes stand in `mockserver/http`. It imports `mockserver.api` and
`mockserver.compose`.
"""

from typing import TYPE_CHECKING

from mockserver.names import lazy_exports

if TYPE_CHECKING:
    from mockserver.neighbours.containers import Container as Container
    from mockserver.neighbours.containers import ContainerFile as ContainerFile
    from mockserver.neighbours.containers import containers_named as containers_named
    from mockserver.neighbours.containers import copied_file as copied_file
    from mockserver.neighbours.containers import made_file as made_file
    from mockserver.neighbours.containers import may_name_containers as may_name_containers
    from mockserver.neighbours.containers import with_known as with_known
    from mockserver.neighbours.embeddings import EMBEDDING_MODELS as EMBEDDING_MODELS
    from mockserver.neighbours.embeddings import Embedder as Embedder
    from mockserver.neighbours.embeddings import texts_of as texts_of
    from mockserver.neighbours.files import StoredFile as StoredFile
    from mockserver.neighbours.files import Upload as Upload
    from mockserver.neighbours.naming import PREFIXES as PREFIXES
    from mockserver.neighbours.naming import long_id as long_id
    from mockserver.neighbours.naming import short_id as short_id
    from mockserver.neighbours.naming import word_id as word_id
    from mockserver.neighbours.references import check_references as check_references
    from mockserver.neighbours.references import refers as refers
    from mockserver.neighbours.references import search_results as search_results
    from mockserver.neighbours.references import searched_size as searched_size
    from mockserver.neighbours.references import with_search_results as with_search_results
    from mockserver.neighbours.shelf import Kept as Kept
    from mockserver.neighbours.shelf import Shelf as Shelf
    from mockserver.neighbours.shelf import ShelfView as ShelfView
    from mockserver.neighbours.stores import Attachment as Attachment
    from mockserver.neighbours.stores import FileBatch as FileBatch
    from mockserver.neighbours.stores import VectorStore as VectorStore
else:
    __getattr__, __dir__ = lazy_exports(__name__)
