// Asks a server as the npm package `subsonic-api` does: scripts/bench/subsonic_npm.sh installs that, and runs this.
import { SubsonicAPI } from "subsonic-api";

const [url, username, password] = process.argv.slice(2);
const api = new SubsonicAPI({ url, auth: { username, password } });

function check(what, holds) {
	if (!holds) throw new Error(`${what}: not as it should be`);
	console.log(`ok  ${what}`);
}

check("ping", (await api.ping()).status === "ok");
const albums = (await api.getAlbumList2({ type: "alphabeticalByName", size: 3 })).albumList2.album;
check("getAlbumList2", albums.length > 0 && albums.every((album) => album.id && album.name));
const album = (await api.getAlbum({ id: albums[0].id })).album;
check("getAlbum", album.song.length === album.songCount && album.song.every((song) => typeof song.duration === "number"));
check("getArtists", (await api.getArtists()).artists.index.length > 0);
check("search3", (await api.search3({ query: album.song[0].title })).searchResult3.song.length > 0);
check("getRandomSongs", (await api.getRandomSongs({ size: 2 })).randomSongs.song.length > 0);
check("getPlaylists", Array.isArray((await api.getPlaylists()).playlists.playlist));
const stream = await api.stream({ id: album.song[0].id });
check("stream", stream.ok && (await stream.arrayBuffer()).byteLength === album.song[0].size);
check("tokenInfo or user", (await api.getUser({ username })).user.username.toLowerCase() === username.toLowerCase());
