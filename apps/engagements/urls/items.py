from django.urls import path

from ..views import attachments, comments, items, links

app_name = "items"
urlpatterns = [
    path("<uuid:pk>/", items.item_detail, name="detail"),
    path("<uuid:pk>/state/", items.item_move, name="move"),
    path("<uuid:pk>/audience/", items.item_audience, name="audience"),
    path("<uuid:pk>/remove/", items.item_remove, name="remove"),
    path("<uuid:pk>/restore/", items.item_restore, name="restore"),
    path("<uuid:pk>/comments/", comments.comment_list, name="comments"),
    path("<uuid:pk>/comments/<uuid:comment>/edit/", comments.comment_edit, name="comment-edit"),
    path("<uuid:pk>/comments/<uuid:comment>/remove/", comments.comment_remove, name="comment-remove"),
    path("<uuid:pk>/links/", links.link_add, name="link-add"),
    path("<uuid:pk>/links/others/", links.link_others, name="link-others"),
    path("<uuid:pk>/links/<uuid:link>/remove/", links.link_remove, name="link-remove"),
    path("<uuid:pk>/attachments/", attachments.attachment_add, name="attach"),
    path("<uuid:pk>/attachments/<uuid:attachment>/", attachments.attachment_file, name="attachment"),
    path(
        "<uuid:pk>/attachments/<uuid:attachment>/remove/",
        attachments.attachment_remove,
        name="attachment-remove",
    ),
]
