"""`{% load hours %}`: work as people read it."""

from django import template

from ..presenters.hours import decimal

register = template.Library()
register.filter("hours", decimal)
