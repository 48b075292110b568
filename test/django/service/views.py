from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.serializers import TokenObtainPairSerializer
from rest_framework_simplejwt.views import TokenObtainPairView


class NamedTokenObtainPairSerializer(TokenObtainPairSerializer):
    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token["username"] = user.get_username()
        return token

    def validate(self, attrs):
        data = super().validate(attrs)
        data["user_id"] = self.user.pk
        data["username"] = self.user.get_username()
        data["first_name"] = getattr(self.user, "first_name", "")
        data["last_name"] = getattr(self.user, "last_name", "")
        return data


class NamedTokenObtainPairView(TokenObtainPairView):
    serializer_class = NamedTokenObtainPairSerializer


class HelloView(APIView):
    """Requires a signed-in user."""

    def get(self, request):
        return Response({"hello": request.user.get_username(), "id": request.user.pk})
