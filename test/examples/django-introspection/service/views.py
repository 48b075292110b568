from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.response import Response
from rest_framework.views import APIView


class Needs(BasePermission):
    """Checks the requirement of the request's method in `needs` of the view; refuses methods that are not listed there."""

    def has_permission(self, request, view):
        need = view.needs.get(request.method)
        if not request.auth or need is None:
            return False
        if "scope" in need:
            return need["scope"] in request.auth.get("scope", "").split()
        return need["permission"] in request.auth.get("permissions", [])


class Orders(APIView):
    permission_classes = [Needs]
    needs = {
        "GET": {"scope": "orders:read"},
        "POST": {"permission": "orders:write"},
    }

    def get(self, request):
        return Response({"orders": [], "of": request.user.id})

    def post(self, request):
        return Response({"by": request.user.id}, status=201)

    def delete(self, request):
        return Response(status=204)


class Health(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]

    def get(self, request):
        return Response({"status": "up"})
