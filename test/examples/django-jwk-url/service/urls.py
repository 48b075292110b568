from django.urls import path

from .views import Health, Orders

urlpatterns = [path("health/", Health.as_view()), path("orders/", Orders.as_view())]
