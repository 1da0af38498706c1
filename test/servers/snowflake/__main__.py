"""`python SERVER_FOLDER PORT`: serves on the loopback address until it is told to end, and says `ready` first."""

import sys

import uvicorn
from app import app


class Server(uvicorn.Server):
    async def startup(self, sockets=None):  # noqa: ANN001, ANN201
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        print(f"ready {port}", flush=True)


Server(uvicorn.Config(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", timeout_keep_alive=60)).run()
