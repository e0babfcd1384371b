package dev.weir.transport.chunked;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;

/**
 * A folder and the regular files below it. Each step of a path is taken from the open folder before it and follows no link, so that
 * nothing else can be reached, not even by who exchanges a folder for a link in that moment.
 */
final class Folder {

    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    private final Path root;

    /** @throws IOException there is no such folder, or the file system can't open files relative to an open folder */
    Folder(Path root) throws IOException {
        this.root = root.toRealPath();
        try (DirectoryStream<Path> opened = Files.newDirectoryStream(this.root)) {
            if (!(opened instanceof SecureDirectoryStream)) {
                throw new IOException(root + ": its file system can't open files relative to an open folder");
            }
        }
    }

    /** A file that is open, its folder too, so that it can be looked at again. */
    record Opened(
            SeekableByteChannel content,
            String name,
            BasicFileAttributes found,
            BasicFileAttributeView present,
            Closeable folder)
            implements Closeable {

        /** Whether the name still stands for what was found, unchanged. */
        boolean unchanged() {
            try {
                BasicFileAttributes now = present.readAttributes();
                return now.size() == found.size()
                        && now.lastModifiedTime().equals(found.lastModifiedTime())
                        && String.valueOf(now.fileKey()).equals(String.valueOf(found.fileKey()));
            } catch (IOException gone) {
                return false;
            }
        }

        @Override
        public void close() throws IOException {
            try (content) {
                folder.close();
            }
        }
    }

    /**
     * Opens a file. Blocks.
     *
     * @param names the folders below this one, and the file
     * @throws NoSuchFileException there is no regular file of that name
     */
    @SuppressWarnings("StreamResourceLeak") // closed with what is returned
    Opened open(List<String> names) throws IOException {
        SecureDirectoryStream<Path> folder = (SecureDirectoryStream<Path>) Files.newDirectoryStream(root);
        try {
            for (String name : names.subList(0, names.size() - 1)) {
                SecureDirectoryStream<Path> below = folder.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS);
                folder.close();
                folder = below;
            }
            String last = names.get(names.size() - 1);
            BasicFileAttributeView view =
                    folder.getFileAttributeView(Path.of(last), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
            BasicFileAttributes found = view.readAttributes();
            if (!found.isRegularFile()) {
                throw new NoSuchFileException(last);
            }
            return new Opened(folder.newByteChannel(Path.of(last), READ), last, found, view, folder);
        } catch (IOException | RuntimeException failure) {
            folder.close();
            throw failure;
        }
    }
}
